"""What passes by itself, or when somebody has done their part."""

from __future__ import annotations

from keyturn.kinds_of_hints import Sentence, move


@move
def later() -> Sentence:
    """A provider in trouble."""
    return Sentence("try again later")


@move
def in_seconds(seconds: float) -> Sentence:
    """A provider that says how long."""
    return Sentence(f"try again in {seconds:.0f} seconds")


@move
def network() -> Sentence:
    """A provider out of reach."""
    return Sentence("check the network, then try again")


@move
def disk() -> Sentence:
    """Files that can be neither read nor written for now: a server that is gone, a device that fails."""
    return Sentence("see to it or to its server, then run the command again")


@move
def again() -> Sentence:
    """What passes by itself."""
    return Sentence("run the command again")


@move
def finish_sign_in() -> Sentence:
    """A sign-in that another waits for."""
    return Sentence("finish it, then run the command again")


@move
def reinstall() -> Sentence:
    """A part of keyturn that is missing."""
    return Sentence("install keyturn again")


@move
def report() -> Sentence:
    """A mistake of ours."""
    return Sentence("please report it with this line")


@move
def told(hint: str) -> Sentence:
    """What another process of keyturn said, from its own builders."""
    return Sentence(hint)
