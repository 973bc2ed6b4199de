"""One scalar of YAML on one line of a kubeconfig: what it says, how it is written, and the comment behind it."""

from __future__ import annotations

import json
import re

PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@+=-]*(?::[A-Za-z0-9_./@+=-]+)*", re.ASCII)
QUOTED = re.compile(r"""[^\S\n]*(?:"(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+')""")
WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""Read as something else than a text by one YAML reader or another (YAML 1.1)."""


def scalar(text: str) -> str:
    """`text` as YAML: as it is where every reader takes it for a text, else in JSON's quotes, which YAML has too."""
    return text if is_plain(text) else json.dumps(text, ensure_ascii=not text.isprintable())


def is_plain(text: str) -> bool:
    """Whether every reader takes `text` for one where it stands without quotes."""
    return PLAIN.fullmatch(text) is not None and text.lower() not in WORDS


def text_of(written: str) -> str:
    """The text of a scalar on one line."""
    try:
        if written.startswith('"'):
            return str(json.JSONDecoder().raw_decode(written)[0])
    except ValueError:
        return ""
    if written.startswith("'"):
        match = re.match(r"'((?:[^']|'')*)'", written)
        return match[1].replace("''", "'") if match else ""
    return re.split(r"\s#", written, maxsplit=1)[0].rstrip()


def comment_behind(written: str) -> str:
    """The comment behind a scalar on one line, and the blanks before it."""
    quoted = QUOTED.match(written)
    value = quoted[0] if quoted else re.split(r"\s#", written, maxsplit=1)[0].rstrip()
    behind = written[len(value) :]
    return behind if behind.lstrip().startswith("#") else ""
