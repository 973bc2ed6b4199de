"""docker's credential helper without a daemon: everything but the token of a registry that is ours."""

from __future__ import annotations

from keyturn.errors import ConfigError, UserError
from keyturn.reach.client import ENVIRONMENT, Reply
from keyturn.twin.streams import standard_input

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.configuration.targets.docker import DockerTarget
    from keyturn.configuration.targets.places import Targets
    from keyturn.errors import KeyturnError

OPERATIONS: tuple[str, ...] = ("get", "store", "erase", "list", "version")
FIRST = False
PASSES_OVER_UNKNOWN = False
MISUSE = UserError
WAITS_FOR_A_PERSON = False
VARIABLES: tuple[str, ...] = ENVIRONMENT
SECRETS: tuple[str, ...] = ()

body = standard_input


def may_ask(request: bytes) -> bool:  # noqa: ARG001 - whatever is asked
    """Never: no docker client shows a question, and each waits for ever."""
    return False


def alone(operation: str, options: Sequence[str], request: bytes) -> Reply | None:
    """Not found, what list, version and store say, and silence for erase of what is not ours."""
    if operation == "get" and not options and _stands_written(request.strip(b" \t\r\n")):
        return None
    from keyturn.protocols import docker  # noqa: PLC0415 - only where no daemon runs

    docker.check_arguments(options)
    server = docker.server_name(request) if operation in {"get", "erase"} else ""
    if server and _is_ours(server):
        return None
    if operation == "get":
        return Reply(200, 1, docker.unknown(server))
    if operation == "store" and not _is_ours(docker.parse_store(request)):
        return Reply(200, 1, docker.KEEPS_NOTHING)
    return Reply(200, 0, _without_token(operation))


def output_of(error: KeyturnError, operation: str, request: bytes) -> str:  # noqa: ARG001 - whatever it was
    """The error itself, which docker shows; or "not found", which means to try without credentials."""
    from keyturn.protocols import docker  # noqa: PLC0415

    return docker.failed(error) if operation == "get" else docker.refusal(error.sentence, error.hint)


def told(error: KeyturnError, operation: str, request: bytes) -> KeyturnError | None:
    """`error`, where it is told beside "not found": with the logins that clients will use instead."""
    from keyturn.configuration.registry_logins import files_with_login  # noqa: PLC0415
    from keyturn.configuration.targets.docker import login_server  # noqa: PLC0415
    from keyturn.protocols import docker  # noqa: PLC0415

    if operation != "get" or not docker.is_not_found(error):
        return None
    server = login_server(docker.server_name(request))
    files = ", ".join(map(str, files_with_login(server))) if server else ""
    instead = f"; some programs now use the login for {server} in {files}" if files else ""
    return type(error)(f"{error.sentence}{instead}", error.hint)


def _without_token(operation: str) -> bytes:
    from keyturn import __version__  # noqa: PLC0415
    from keyturn.protocols import docker  # noqa: PLC0415

    if operation == "list":
        return docker.listing(target.login_server for target in _targets())
    return docker.version(__version__) if operation == "version" else docker.NOTHING


def _stands_written(server: bytes) -> bool:
    """Whether the configuration has the server letter by letter: understanding all of it takes as long as the start.

    Where that is in a comment, a daemon was started for nothing. What cannot be read is told by who looks closer.
    """
    from keyturn.configuration.trusted import read_trusted  # noqa: PLC0415
    from keyturn.reach.paths import config_path  # noqa: PLC0415

    try:
        return server != b"" and b'"%b"' % server in (read_trusted(config_path()) or b"")
    except ConfigError:
        return False


def _is_ours(server: str) -> bool:
    from keyturn.configuration.targets.docker import find_docker  # noqa: PLC0415

    return find_docker(_targets(), server) is not None


def _targets() -> Targets[DockerTarget]:
    """Raises ConfigError."""
    from keyturn.configuration.config import load  # noqa: PLC0415
    from keyturn.reach.paths import config_file  # noqa: PLC0415

    return load(config_file()).docker_targets
