"""Secrets that their owner keeps in a file or a variable of his own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyturn import moves
from keyturn.configuration.private_files import read_own
from keyturn.configuration.profiles.clouds import cloud_of
from keyturn.configuration.profiles.secrets import InFile, InVariable
from keyturn.errors import ConfigError, ProviderUnreachable, one_line
from keyturn.hints import entrust, entrust_of_application, login
from keyturn.kinds_of_hints import Sentence, printed
from keyturn.shell import size
from keyturnd import flows

if TYPE_CHECKING:
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.configuration.profiles.secrets import SecretSource
    from keyturn.errors import KeyturnError


def named_secret(profile: Profile) -> str | None:
    """The secret that the configuration names a file or variable for, None where the vault would hold it.

    Raises ConfigError.
    """
    return secret_at(profile.flow.secret_source)


def secret_at(source: SecretSource | None) -> str | None:
    """The secret in the file or variable that `source` names, None for any other place. Raises ConfigError."""
    match source:
        case InFile(file):
            return secret_from_file(file)
        case InVariable(variable):
            return secret_from_variable(variable)
        case _:
            return None


def secret_from_variable(variable: str) -> str:
    """The secret in `variable` of the environment the daemon was started with. Raises ConfigError."""
    secret = os.environ.get(variable)
    if not secret:
        sentence = f"{variable} is not set where the daemon was started"
        raise ConfigError(sentence, moves.secrets.export_secret(variable))
    if not secret.isprintable():
        sentence = f"{variable} does not hold one line with a secret where the daemon was started"
        raise ConfigError(sentence, moves.secrets.export_secret(variable))
    return secret


def fitting(error: KeyturnError, profile: Profile) -> KeyturnError:
    """`error` with a hint that fits the place `profile` has its secret from, and the cloud it is in.

    An acquisition knows the secret only, and would have it entrusted to a vault that nobody asks for it.
    """
    tell_of_closed_cloud(error, profile)
    vault, renewed = printed(entrust(profile.name)), printed(login(profile.name))
    if error.hint is not None and flows.row(profile).entrusts is not None:
        beside = _replacing(profile) or printed(entrust_of_application(profile.name))
        error.hint = Sentence(error.hint.replace(vault, beside).replace(renewed, vault))  # nobody signs in there
        return error
    if error.hint is not None and vault in error.hint:
        error.hint = Sentence(one_line(error.hint.replace(vault, _replacing(profile) or vault)))
    return error


def tell_of_closed_cloud(error: KeyturnError, profile: Profile) -> None:
    """Have `error` say so where nobody answers any more because Microsoft has closed the cloud."""
    if isinstance(error, ProviderUnreachable) and (cloud := cloud_of(profile.authority)) is not None and cloud.closed:
        error.sentence = f"{error.sentence}; {cloud.name} was closed on {cloud.closed}"
        error.hint = moves.configuration.other_cloud(profile.name)


def _replacing(profile: Profile) -> str | None:
    match profile.flow.secret_source:
        case InFile(file):
            return moves.secrets.write_secret(file)
        case InVariable(variable):
            return moves.secrets.export_secret(variable)
        case _:
            return None


def secret_from_file(path: str) -> str:
    """The secret in the file at `path`, without the line break an editor leaves at its end.

    Raises ConfigError when it is missing, empty, too large, not a file, not ours, or readable by others, StateError
    when no descriptor is free to look at it.
    """
    file = read_own(path, "the secret")
    file.check_private()
    # What is not UTF-8 is not printable then either; a UnicodeDecodeError would hold the whole content.
    secret = file.content.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")
    if not secret or not secret.isprintable():
        raise ConfigError(f"{path} does not hold one line with a secret", size(path))
    return secret
