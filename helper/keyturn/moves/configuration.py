"""Edits of config.toml, and of the words it is made of."""

from __future__ import annotations

from keyturn.kinds_of_hints import Sentence, move, printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyturn.kinds_of_hints import Command

LOGIN_PAGE = "whether this network asks for a login page"


@move
def example(line: str) -> Sentence:
    """A right line of the configuration."""
    return Sentence(f"for example: {line}")


@move
def edit(file: str) -> Sentence:
    """Set right what the error names."""
    return Sentence(f"edit {file}")


@move
def known(words: Iterable[str]) -> Sentence:
    """What may stand there."""
    return Sentence(f"known here: {', '.join(words)}")


@move
def meant(word: str) -> Sentence:
    """What is near to a mistyped word."""
    return Sentence(f"did you mean {word}?")


@move
def add(line: str, table: str = "", file: str = "") -> Sentence:
    """A line that is missing, and where."""
    return Sentence(" ".join([f"add {line}", *([f"to {table}"] if table else []), *([f"in {file}"] if file else [])]))


@move
def leave_out(*keys: str, file: str = "") -> Sentence:
    """A key that is too much, or all but one of several."""
    return Sentence(f"remove {' or '.join(keys)}{f' from {file}' if file else ''}")


@move
def leave_out_one() -> Sentence:
    """Two keys that the error names and that exclude each other."""
    return Sentence("remove one of them")


@move
def allow(purpose: str, profile: str, file: str) -> Sentence:
    """Let a profile be used for something."""
    return Sentence(f'add "{purpose}" to protocols of profile {profile} in {file}')


@move
def check(*keys: str, of: str, also: str = "") -> Sentence:
    """What in the configuration decides, where nothing tells which of it is wrong."""
    return Sentence(f"check {' and '.join(f'`{key}`' for key in keys)} of {of}{f', and {also}' if also else ''}")


@move
def own_tenant(profile: str) -> Sentence:
    """An application signs in to the tenant it lives in."""
    return Sentence(f"set `tenant` of [profile.{profile}] to the one the application lives in")


@move
def own_ca() -> Sentence:
    """A certificate whose issuer nobody here knows."""
    return Sentence('is it a proxy or a CA of your own? set ca_file = "/path/to/ca.pem" in [network] or the profile')


@move
def readable_ca() -> Sentence:
    """A `ca_file` that is none."""
    return Sentence("set ca_file, in [network] or the profile, to a readable PEM file")


@move
def other_flow(flow: str, profile: str, first: str = "") -> Sentence:
    """Where no browser can be opened, or its answer not received."""
    return Sentence(f'{first}set flow = "{flow}" in [profile.{profile}]')


@move
def add_option(option: str) -> Sentence:
    """The same command, otherwise."""
    return Sentence(f"add {option}")


@move
def odd_place(place: str) -> Sentence:
    """An address where something else answers."""
    return Sentence(f"look at what answers at {place}")


@move
def other_cloud(profile: str) -> Sentence:
    """A cloud that Microsoft has closed."""
    return Sentence(f"set `environment` of [profile.{profile}] to the cloud that the tenant has moved to")


@move
def name_it(command: Command, option: str, value: str) -> Sentence:
    """What `command` cannot find out, and has nobody to ask for."""
    return Sentence(f"name it: {printed((*command, option, value))}")


@move
def name_purpose(command: Command) -> Sentence:
    """A place that takes no token of ours, where somebody begins who wants one for another."""
    return Sentence(f"name what the tokens are for, contoso.azurecr.io for instance: {printed(command)}")


@move
def agree(command: Command) -> Sentence:
    """What has been shown, and takes somebody's yes, where nobody can be asked."""
    return Sentence(f"to agree to it: {printed(command)}")


@move
def write_configuration() -> Sentence:
    """The first configuration there is, or the first profile in it."""
    return Sentence("to write one: keyturn init")
