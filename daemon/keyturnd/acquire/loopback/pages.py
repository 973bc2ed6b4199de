"""The pages a browser ends on: plain words, no script, nothing that could tell a code or a token to anybody."""

from __future__ import annotations

import base64
import hashlib
import html
from typing import NamedTuple

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #f6f7f9; --card: #fff; --line: #d9dde3; --mark: #17754a }
:root.no { --mark: #a3341f }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --paper: #14171b; --card: #1d2127; --line: #343a43; --mark: #63c695 }
  :root.no { --mark: #f0917d }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; padding: 1rem; display: grid; place-items: center; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 32rem; padding: 1.5rem 1.75rem; background: var(--card); border: 1px solid var(--line);
  border-top: 4px solid var(--mark); border-radius: 8px; overflow-wrap: anywhere }
h1 { margin: 0 0 .75rem; font-size: 1.4rem; line-height: 1.25 }
p { margin: .75rem 0 0 }
footer { margin-top: 1.25rem; font-size: .875rem; opacity: .75 }
"""
_DOCUMENT = """<!doctype html>
<html lang="en" class="{mark}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} - keyturn</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{paragraphs}
<footer>keyturn, on this machine</footer>
</main>
</body>
</html>
"""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Of every page. What is styled is the text above and nothing else, whatever somebody manages to put into a page."""
BACK = "You can close this tab and go back to the terminal."
THERE = "You can close this tab. The terminal says what to do next."


class Page(NamedTuple):
    """What a person reads. `good`: whether it is what they hoped for."""

    title: str
    paragraphs: tuple[str, ...]
    status: int = 200
    good: bool = False

    def document(self) -> bytes:
        """As HTML, whatever its texts hold."""
        paragraphs = "\n".join(f"<p>{html.escape(text)}</p>" for text in self.paragraphs)
        mark = "yes" if self.good else "no"
        shown = _DOCUMENT.format(mark=mark, title=html.escape(self.title), paragraphs=paragraphs, style=STYLE)
        return shown.encode()


def signed_in(account: str, profile: str) -> Page:
    """It went well."""
    return Page("You are signed in", (f"{account} is signed in for profile {profile} of keyturn.", BACK), good=True)


def refused(reason: str) -> Page:
    """It did not; `reason` is a sentence for the person, without a full stop."""
    return Page("You are not signed in", (f"{reason[:1].upper()}{reason[1:]}.", THERE))


UNDER_WAY = Page(
    "Nearly there",
    ("keyturn has your answer and waits for the provider.", "The terminal says how it ends."),
    good=True,
)
ALREADY = Page(
    "This sign-in is done", ("keyturn has had its answer already: nothing was changed by this one.", BACK), good=True
)
OVER = Page(
    "This sign-in is over",
    (
        "The answer belongs to a sign-in that has ended, or that was begun elsewhere: nothing was changed by it.",
        "If you still want to sign in, run the command again in the terminal.",
    ),
    400,
)
NOTHING = Page("There is nothing here", ("This address only takes the answer of a sign-in.",), 404)
NOT_THIS_WAY = Page("That was not understood", ("This address only takes the answer of a sign-in.",), 400)
