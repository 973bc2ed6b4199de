"""Write all pages into a directory: `python -m manual [DIRECTORY]`, by default contrib/man."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.twin.helper import USAGE
from manual import markdown, roff, verbs

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRIB = Path(__file__).resolve().parents[1]
HELPERS = {
    "git": "tokens for git, from keyturn",
    "docker": "tokens for container registries, from keyturn",
    "kube": "tokens for Kubernetes, from keyturn",
}


def pages() -> Iterator[tuple[str, str]]:
    """The name and the content of each page."""
    yield "keyturn.1", verbs.page()
    for family, what in HELPERS.items():
        program = USAGE[family].split()[0]
        yield f"{program}.1", _program(program, 1, what, USAGE[family])
    yield "keyturnd.8", _program("keyturnd", 8, "holds and renews tokens", "keyturnd")
    head = roff.title("keyturn-config", 5, "all that can be configured")
    yield "keyturn-config.5", head + _body("guides/configuration.md") + _see("keyturn(1), keyturnd(8)")


def _program(name: str, section: int, what: str, usage: str) -> str:
    synopsis = roff.heading("SYNOPSIS") + roff.line(roff.escaped(usage)) + roff.heading("DESCRIPTION")
    return roff.title(name, section, what) + synopsis + _body(f"manual/pages/{name}.md") + _see("keyturn(1)")


def _body(source: str) -> str:
    return markdown.body(CONTRIB.joinpath(source).read_text("utf-8"))


def _see(others: str) -> str:
    return roff.heading("SEE ALSO") + roff.line(roff.escaped(others))


def main() -> None:
    """Write them."""
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else CONTRIB / "man"
    directory.mkdir(exist_ok=True)
    for name, content in pages():
        directory.joinpath(name).write_text(content, "utf-8")


if __name__ == "__main__":
    main()
