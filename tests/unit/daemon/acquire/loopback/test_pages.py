"""keyturnd.acquire.loopback.pages: plain words, no script, and nothing of what somebody put into a name."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from keyturnd.acquire.loopback import pages

HOSTILE = '<script>alert("x")</script>&amp;'
ALL = {
    "signed in": pages.signed_in(HOSTILE, HOSTILE),
    "refused": pages.refused(HOSTILE),
    "under way": pages.UNDER_WAY,
    "already": pages.ALREADY,
    "over": pages.OVER,
    "nothing": pages.NOTHING,
    "not this way": pages.NOT_THIS_WAY,
}


@pytest.mark.parametrize("page", ALL.values(), ids=ALL)
def test_a_page_runs_nothing_and_loads_nothing(page: pages.Page) -> None:
    document = page.document().decode()
    assert not re.search(r"<script|<img|<link|<form|<a |href|src=|url\(|@import", document.replace("&lt;script", ""))
    assert set(re.findall(r"<(\w+)", document)) <= {
        *("html", "head", "meta", "title", "style", "body", "main", "h1", "p", "footer")
    }


@pytest.mark.parametrize("page", ALL.values(), ids=ALL)
def test_its_policy_allows_its_own_style_and_nothing_else(page: pages.Page) -> None:
    style = page.document().split(b"<style>")[1].split(b"</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    policy = pages.HEADERS["Content-Security-Policy"].split("; ")
    assert policy == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]


def test_what_a_person_reads() -> None:
    good = pages.signed_in("alice@contoso.example", "work").document().decode()
    assert "<title>You are signed in - keyturn</title>" in good
    assert "<p>alice@contoso.example is signed in for profile work of keyturn.</p>" in good
    assert "<p>You can close this tab and go back to the terminal.</p>" in good
    bad = pages.refused("the sign-in of profile work was declined").document().decode()
    assert "<h1>You are not signed in</h1>" in bad
    assert "<p>The sign-in of profile work was declined.</p>" in bad
    assert "<p>You can close this tab. The terminal says what to do next.</p>" in bad
    assert "run the command again in the terminal" in pages.OVER.document().decode()
    assert "keyturn has had its answer already" in pages.ALREADY.document().decode()
