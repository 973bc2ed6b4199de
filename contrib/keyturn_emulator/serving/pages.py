"""Pages for a person: plain forms that a browser without scripts can send, and a test without a browser can read."""

from __future__ import annotations

import html
import secrets
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.responses import Response

STYLE = (
    """body { font: 16px sans-serif; max-width: 30em; margin: 4em auto } label { display: block; margin: 1em 0 }"""
)
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Emulator sign-in</title><style>{style}</style></head>
<body>
<h1>{title}</h1>
<p>{message}</p>
{body}
</body></html>
"""
FORM = """<form method="post" action="{action}">
{fields}
{buttons}
</form>"""


def page(title: str, message: str, body: str = "", *, status: int = 200, forms_to: str = "'self'") -> Response:
    """A page that runs nothing and can be framed by nobody. `body` is HTML. forms_to: whom its forms lead to.

    A browser holds `form-action` against redirects, too, so that the last page has to name the redirect URI's origin.
    """
    text = PAGE.format(style=STYLE, title=html.escape(title), message=html.escape(message), body=body)
    return HTMLResponse(text, status, _headers(f"form-action {forms_to}"))


def form(action: str, fields: Iterable[str], buttons: Mapping[str, str]) -> str:
    """A form whose buttons are named `decision`; `fields` are HTML, `buttons` values and their texts."""
    drawn = [
        f'<button name="decision" value="{value}">{html.escape(text)}</button>' for value, text in buttons.items()
    ]
    return FORM.format(action=html.escape(action), fields="\n".join(fields), buttons="\n".join(drawn))


def hidden(name: str, value: str) -> str:
    """A field that a page carries along."""
    return f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'


def choice(label: str, name: str, values: Iterable[str], chosen: str | None = None) -> str:
    """A list to choose from, with one chosen beforehand."""
    options = "".join(
        f"<option{' selected' if value == chosen else ''}>{html.escape(value)}</option>" for value in values
    )
    return f'<label>{html.escape(label)} <select name="{name}">{options}</select></label>'


def sent_on(url: str, fields: Mapping[str, str]) -> Response:
    """A page that sends `fields` to `url` at once: OAuth 2.0 Form Post Response Mode, section 2."""
    nonce = secrets.token_urlsafe(16)
    inputs = "\n".join(hidden(name, value) for name, value in fields.items())
    body = FORM.format(action=html.escape(url), fields=inputs, buttons="<button>Continue</button>")
    body += f'\n<script nonce="{nonce}">document.forms[0].submit()</script>'
    text = PAGE.format(
        style=STYLE, title="Working…", message="You are being sent back to the application.", body=body
    )
    return HTMLResponse(text, 200, _headers(f"script-src 'nonce-{nonce}'"))


def _headers(directive: str) -> dict[str, str]:
    policy = f"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; {directive}"
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
