"""A browser for the emulator's pages: `python -m keyturn_emulator.browser --ca-file FILE URL`.

It stands where a program would open a person's browser: it keeps cookies, presses the buttons that a person would
press, goes where it is sent, by query or by form, and prints the page that it ends on. With nothing but the standard
library.
"""

from __future__ import annotations

import argparse
import ssl
import sys
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Self
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, HTTPSHandler, ProxyHandler, build_opener

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from http.client import HTTPResponse

# What is pressed unless told otherwise: on the pages of Entra, and on those of AWX.
AGREEING = ("continue", "accept", "allow")
SECONDS = 30.0
# Log-in, consent and the way back are four pages; more is a circle.
MOST_PAGES = 8


class Form(HTMLParser):
    """The one form of a page. decisions: its buttons. options: of its list, and which is chosen beforehand."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.decisions: list[str] = []
        self.options: list[str] = []
        self.chosen: str | None = None
        self._option: dict[str, str | None] | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        """Of a page; without action if it has none."""
        form = cls()
        form.feed(text)
        return form

    def filled(self, decision: str | None, answers: Mapping[str, str]) -> dict[str, str]:
        """What is sent when `decision` is pressed, the first account chosen if none was beforehand."""
        fields = dict(self.fields)
        if self.options:
            fields["user"] = self.chosen or self.options[0]
        if decision is None:
            return fields
        return {**fields, **answers, "decision": decision}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note actions, hidden fields, buttons and options."""
        found = dict(attrs)
        if tag == "form":
            self.action = found["action"] or ""
        elif tag == "input" and found.get("type") == "hidden":
            self.fields[found["name"] or ""] = found["value"] or ""
        elif tag == "button" and found.get("name") == "decision":
            self.decisions.append(found["value"] or "")
        self._option = found if tag == "option" else None

    def handle_data(self, data: str) -> None:
        """Note the text of an option."""
        if self._option is not None:
            self.options.append(data)
            if "selected" in self._option:
                self.chosen = data
            self._option = None


def visit(
    url: str, ca_file: str, answers: Mapping[str, str], press: Sequence[str] = AGREEING, *, proxy: str | None = None
) -> tuple[int, str]:
    """Go through the pages that begin at `url`; status and text of the last one. Raises OSError if nobody answers.

    answers: fields to fill in where a person decides. press: the buttons to press, whichever a page has. proxy:
    the way to servers, but for the loopback.
    """
    tls = ssl.create_default_context(cafile=ca_file)
    proxies = ProxyHandler({} if proxy is None else {"https": proxy})
    opener = build_opener(proxies, HTTPSHandler(context=tls), HTTPCookieProcessor(CookieJar()))

    def fetch(url: str, body: bytes | None = None) -> tuple[int, str, str]:
        try:
            response: HTTPResponse | HTTPError = opener.open(url, body, SECONDS)
        except HTTPError as error:
            response = error
        with response:
            return response.status or 0, response.url or url, response.read().decode(errors="replace")

    status, place, text = fetch(url)
    for _ in range(MOST_PAGES):
        form = Form.of(text)
        decision = next((button for button in form.decisions if button in press), None)
        # A form without buttons is one that a script would send on; one with only other buttons is the end.
        if form.action is None or (decision is None and form.decisions):
            break
        body = urlencode(form.filled(decision, answers)).encode()
        status, place, text = fetch(urljoin(place, form.action), body)
    return status, text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if the last page was a success."""
    parser = argparse.ArgumentParser(prog="python -m keyturn_emulator.browser", description=__doc__)
    parser.add_argument("--ca-file", required=True, help="the emulator's authority")
    parser.add_argument("--answer", action="append", default=[], metavar="NAME=VALUE", help="a field to fill in")
    parser.add_argument("--press", action="append", metavar="BUTTON", help=f"default: {', '.join(AGREEING)}")
    parser.add_argument("--proxy", metavar="URL", help="the way to servers whose names it alone knows")
    parser.add_argument("url")
    options = parser.parse_args(arguments)
    answers = dict(answer.partition("=")[::2] for answer in options.answer)
    status, text = visit(options.url, options.ca_file, answers, options.press or AGREEING, proxy=options.proxy)
    sys.stdout.write(text)
    return 0 if 200 <= status < 300 else 1


if __name__ == "__main__":
    sys.exit(main())
