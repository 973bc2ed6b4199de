"""What the kernel tells of any process."""

from __future__ import annotations

from pathlib import Path


def stat_of(pid: int) -> list[str]:
    """The fields of /proc/PID/stat (proc(5)) behind the program's name: state, parent, group, session and more."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
