"""docker's credential helper protocol: bytes in, bytes out, nothing else (reference/docker.md section 1).

Errors go to stdout here, and a client acts on their exact text: the constants below are compared byte for byte.
"""

from __future__ import annotations

import json

from keyturn import hints
from keyturn.errors import ConfigError, SignInNeeded, UsageError, VaultLocked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from keyturn.errors import KeyturnError

PROGRAM = "docker-credential-keyturn"
NULL_GUID = "00000000-0000-0000-0000-000000000000"
"""The user name that tells ACR "the password is a refresh token". `<token>`, which tells docker the same, breaks
`docker login`, `podman login` and `skopeo login`."""
NOT_FOUND = b"credentials not found in native keychain\n"
"""Not ours: the client tries without credentials. With a full stop, on stderr or with exit 0 it is another error."""
NO_SERVER = b"no credentials server URL\n"
NOTHING = b""
KEEPS_NOTHING = b"keyturn keeps no passwords: name it in credHelpers for its own registries, not as credsStore\n"
"""The answer to a `store` that is not ours: success would lose a password that somebody just typed."""


def server_name(body: bytes) -> str:
    """The server that get and erase are about, as the client spells it; empty when it names none.

    Trimmed like the helpers' common library does. Bytes that are not UTF-8 arrive as lone surrogates, which strict
    name parsing (`keyturn.configuration.targets.docker`) refuses.
    """
    return body.decode("utf-8", "surrogateescape").strip(" \t\r\n")


def unknown(server: str) -> bytes:
    """The answer, with exit status 1, to `get` for a server that is not ours."""
    return NOT_FOUND if server else NO_SERVER


def answer(server: str, username: str, secret: str) -> bytes:
    """The answer to `get`: exactly one JSON value (oras refuses text behind it).

    Raises ValueError without a secret.
    """
    if not secret:
        raise ValueError("an empty secret is no answer")
    return _json({"ServerURL": server, "Username": username, "Secret": secret})


def parse_store(body: bytes) -> str:
    """The server whose credentials `store` brings; they themselves are not looked at.

    Go's library escapes `<`, `>` and `&` in them and takes keys in any letter case. Raises UsageError, whose text
    shows nothing of the body.
    """
    try:
        document = json.loads(body.decode())
    except (ValueError, RecursionError):
        document = None
    members = {key.lower(): value for key, value in document.items()} if isinstance(document, dict) else {}
    server = members.get("serverurl")
    if not isinstance(server, str):
        error = UsageError("expected credentials with a ServerURL, as JSON", hints.usage(PROGRAM))
        error.output = refusal(error.sentence, error.hint)
        raise error
    return server.strip(" \t\r\n")


def listing(servers: Iterable[str]) -> bytes:
    """The answer to `list`: what we serve, and the user name of each. `docker build` asks `get` for all of them."""
    return _json(dict.fromkeys(sorted(servers), NULL_GUID))


def version(number: str) -> bytes:
    """The answer to `version`, in the common library's form."""
    return f"{PROGRAM} (keyturn) {number}\n".encode()


def refusal(sentence: str, hint: str | None) -> str:
    """What stdout says of a failure: one line, because docker shows it inside a line of its own.

    It begins with our name, so that it can never be one of the texts that mean something else.
    """
    return f"keyturn: {sentence}; {hint}\n" if hint else f"keyturn: {sentence}\n"


def is_not_found(error: KeyturnError) -> bool:
    """Whether `get` fails with the text that means "not found", because a person must act first.

    `podman --remote` and docker-py's builds ask the helpers of all registries for every pull, and end at the first
    answer that is neither a token nor that text: one profile that nobody is signed in for would end pulls of public
    images. What trying again may cure is told as it is.
    """
    return isinstance(error, SignInNeeded | ConfigError | VaultLocked)


def failed(error: KeyturnError) -> str:
    """What stdout says where `get` fails with `error`."""
    return NOT_FOUND.decode("ascii") if is_not_found(error) else refusal(error.sentence, error.hint)


def check_arguments(arguments: Sequence[str]) -> None:
    """Raises UsageError if anything stands before the operation: this helper has no options."""
    if arguments:
        raise UsageError(f"{PROGRAM} has no option {arguments[0]}", hints.usage(PROGRAM))


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"
