"""A manual page of what a guide says, or a page that is written for it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from manual import roff

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

_BULLET = ".IP \\(bu 2\n"
_TEXT = {"text": roff.escaped, "code_inline": roff.bold}
_MARKS = {"strong_open": "\\fB", "strong_close": "\\fR", "em_open": "\\fI", "em_close": "\\fR", "softbreak": " "}


def body(text: str) -> str:
    """All below the page's first heading: what a manual page is called stands in its own head."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return "".join(_blocks(tokens))


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """Top-level blocks in roff; those inside a table or list are taken with it."""
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = at + 1
        while token.nesting == 1 and (tokens[end].level, tokens[end].nesting) != (token.level, -1):
            end += 1
        yield from _block(token, tokens[at + 1 : end])
        at = end + (token.nesting == 1)


def _block(token: Token, inside: Sequence[Token]) -> Iterator[str]:
    if token.type == "heading_open" and token.tag != "h1":
        plain = "".join(each.content for each in inside[0].children or ())
        yield roff.heading(plain.upper() if token.tag == "h2" else plain, int(token.tag[1]) - 1)
    elif token.type == "paragraph_open":
        yield roff.paragraph(_inline(inside[0]))
    elif token.type == "bullet_list_open":
        yield from (_BULLET + roff.line(_inline(each)) for each in inside if each.type == "inline")
    elif token.type == "fence":
        yield roff.verbatim(token.content.splitlines())
    elif token.type == "table_open":
        yield from _table(inside)


def _table(tokens: Sequence[Token]) -> Iterator[str]:
    """Each row as a tag with its meaning; a first cell that is empty means the one above, and belongs to the tag."""
    above = ""
    for cells in list(_rows(tokens))[1:]:
        first, *rest = map(_inline, cells)
        if len(rest) > 1:
            above = first or above
            first, rest = f"{above} {rest[0]}".strip(), rest[1:]
        yield roff.tagged(first, "; ".join(rest))


def _rows(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    cells: list[Token] = []
    for token in tokens:
        if token.type == "inline":
            cells.append(token)
        elif token.type == "tr_close":
            yield cells
            cells = []


def _inline(token: Token) -> str:
    """Words of one paragraph; of a link its words, because the pages it leads to are elsewhere."""
    return "".join(
        _TEXT[each.type](each.content) if each.type in _TEXT else _MARKS.get(each.type, "")
        for each in token.children or ()
    )
