"""Runs each fuzzer for a minute, from the vectors on, in a directory that is gone afterwards."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from support import places

SECONDS = 60
VECTORS = ("git/requests.toml", "targets/covered.toml", "targets/look_alikes.toml")


def main() -> int:
    """The exit status: of the first fuzzer that found something."""
    with tempfile.TemporaryDirectory() as directory:
        corpus = Path(directory, "corpus")
        corpus.mkdir()
        for number, body in enumerate(_bodies()):
            (corpus / str(number)).write_bytes(body)
        found = Path(directory, "found-")
        words = [str(corpus), f"-max_total_time={SECONDS}", "-max_len=4096", f"-artifact_prefix={found}"]
        status = subprocess.run([sys.executable, "-m", "fuzz.git_requests", *words], check=False).returncode
        for file in Path(directory).glob("found-*"):
            print(f"{file.name}: {file.read_bytes()!r}")
        return status


def _bodies() -> list[bytes]:
    cases = []
    for name in VECTORS:
        document = tomllib.loads((places.VECTORS / name).read_text("utf-8"))
        cases += [*document.get("request", ()), *document.get("malformed", ())]
    return [(case["body"] if "body" in case else _spelled(case)).encode() for case in cases]


def _spelled(case: dict[str, str]) -> str:
    fields = ("protocol", "host", "path", "username")
    return "".join(f"{key}={case[key]}\n" for key in fields if key in case)


if __name__ == "__main__":
    sys.exit(main())
