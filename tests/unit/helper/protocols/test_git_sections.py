"""Which URLs a section of git's configuration is for, as the git here has it."""

from __future__ import annotations

import subprocess

import pytest

from keyturn.protocols.git_sections import is_for, is_for_all
from support.needs import need

HOST = "contoso.visualstudio.com"
SECTIONS = {
    "": True,
    "https://": True,
    HOST: True,
    f"https://{HOST}": True,
    f"https://{HOST}/": True,
    "HTTPS://Contoso.VisualStudio.com": True,
    f"https://{HOST}:443": True,
    "https://*.visualstudio.com": True,
    "https://*.*.com:443/": True,
    "https://contoso%2evisualstudio.com": True,
    "http://": False,
    f"http://{HOST}": False,
    "visualstudio.com": False,
    "https://*": False,
    "https://*.com": False,
    "https://*.contoso.visualstudio.com": False,
    "https://c*.visualstudio.com": False,
    f"https://{HOST}:8443": False,
    f"https://{HOST}.evil.example": False,
    f"https://{HOST}.*": False,
}


def key(section: str, variable: str = "helper") -> str:
    return f"credential.{section}.{variable}" if section else f"credential.{variable}"


def asks(section: str, url: str = f"https://{HOST}/p") -> bool:
    """Whether git starts the helper of `section` for `url`."""
    command = (need("git"), "-c", f"{key(section)}=!echo quit=1;:", "credential", "fill")
    environment = {
        "PATH": "/usr/bin:/bin",
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": "/nonexistent",
        "GIT_TERMINAL_PROMPT": "0",
    }
    done = subprocess.run(
        command, input=f"url={url}\n\n", capture_output=True, text=True, env=environment, check=False
    )
    return "told us to quit" in done.stderr


@pytest.mark.parametrize(("section", "expected"), SECTIONS.items())
def test_a_section_is_for_what_git_takes_it_for(section: str, *, expected: bool) -> None:
    assert asks(section) == expected
    assert is_for(key(section), "https", HOST) == is_for_all(key(section), "https", HOST) == expected


@pytest.mark.parametrize("section", [f"https://me@{HOST}", "https://*.visualstudio.com/p", f"https://me@{HOST}/p"])
def test_some_urls_are_not_all(section: str) -> None:
    assert asks(section, f"https://me@{HOST}/p") == is_for(key(section), "https", HOST) is True
    assert asks(section, f"https://{HOST}/q") == is_for_all(key(section), "https", HOST) is False


def test_what_is_sent_with_requests_needs_a_whole_url() -> None:
    assert is_for("http.extraheader", "https", HOST)
    assert is_for("http.https://*.visualstudio.com.extraheader", "https", HOST)
    assert not is_for("http.https://.extraheader", "https", HOST)
    assert not is_for(f"http.{HOST}.extraheader", "https", HOST)
