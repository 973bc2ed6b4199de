"""`[daemon]`, `[network]`, `[git]` and `[docker]`: how keyturn itself behaves."""

from __future__ import annotations

from typing import Literal, cast

import msgspec

from keyturn import moves
from keyturn.configuration.hosts import UnfitName, host_and_port, without_userinfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.configuration.tables import Table

GitStore = Literal["off", "memory", "vault"]
KeySource = Literal["auto", "keyring", "file"]
LogLevel = Literal["error", "info", "debug"]

# A working day: a daemon that left at lunch could not have renewed what the afternoon's first push needs, and a
# keyring that has locked itself meanwhile would have to be unlocked again. Short enough to be gone overnight.
IDLE_EXIT = 8 * 3600.0

_PROXY = "an http or https URL with host and port"
_EXAMPLE_PROXY = '"http://proxy.example:8080"'


class DaemonSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`[daemon]`."""

    idle_exit: float | None = IDLE_EXIT
    """Seconds without a request after which the daemon ends itself, None for never."""
    key: KeySource = "auto"
    """Where the vault's key comes from."""
    log: LogLevel = "info"


VARIABLES = {
    "proxy": "HTTPS_PROXY",
    "no_proxy": "NO_PROXY",
    "ca_file": "SSL_CERT_FILE",
    "ca_directory": "SSL_CERT_DIR",
}
"""What stands in for a setting of NetworkSettings; the first two in lower case, too."""


class NetworkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`[network]`: None leaves it to the environment the daemon was started with."""

    proxy: str | None = None
    """http://HOST[:PORT] or https://HOST[:PORT], without user name and path."""
    no_proxy: str | None = None
    """In the form of the NO_PROXY variable."""
    ca_file: str | None = None
    """An absolute path."""
    ca_directory: str | None = None
    """Of the environment alone."""

    def in_environment(self, environment: Mapping[str, str]) -> NetworkSettings:
        """What counts in `environment`: each setting as it is configured, else as a variable has it."""

        def named(name: str) -> str | None:
            return environment.get(name) or environment.get(name.lower()) or None

        return NetworkSettings(
            proxy=self.proxy or named(VARIABLES["proxy"]),
            no_proxy=self.no_proxy or named(VARIABLES["no_proxy"]),
            ca_file=self.ca_file or environment.get(VARIABLES["ca_file"]),
            ca_directory=None if self.ca_file else environment.get(VARIABLES["ca_directory"]),
        )

    def shown(self) -> dict[str, str | None]:
        """The values by their names, without the credentials that a proxy's URL may have."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        shown = values | {"proxy": None if self.proxy is None else without_userinfo(self.proxy)}
        # Of a variable that is not UTF-8 something can be seen like this, and told as JSON.
        return {name: value and value.encode("utf-8", "backslashreplace").decode() for name, value in shown.items()}


class GitSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`[git]`."""

    store: GitStore = "off"
    """What becomes of credentials for hosts without a target."""
    timeout: float | None = None
    """Seconds after which a kept one is forgotten, counted from when it was last accepted; None for never."""


class DockerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`[docker]`."""

    store: Literal["off"] = "off"
    """What becomes of credentials for registries without a target."""


def read_daemon(table: Table) -> DaemonSettings:
    """Raises ConfigError at the first mistake, like its siblings below."""
    table.check_keys(("idle_exit", "key", "log"), later=("lock_idle", "lock_on_suspend"))
    default = DaemonSettings()
    key = table.choice("key", ("auto", "keyring", "file"), later=("passphrase", "memory"))
    log = table.choice("log", ("info", "error", "debug"))
    return DaemonSettings(
        idle_exit=_idle_exit(table),
        key=cast("KeySource", key) if key else default.key,
        log=cast("LogLevel", log) if log else default.log,
    )


def read_network(table: Table) -> NetworkSettings:
    """The network settings in `table`."""
    table.check_keys(("proxy", "no_proxy", "ca_file"))
    return NetworkSettings(
        proxy=_proxy(table),
        no_proxy=table.text("no_proxy", example='"localhost,.corp.example"'),
        ca_file=table.path("ca_file"),
    )


def read_git(table: Table) -> GitSettings:
    """The git settings in `table`."""
    table.check_keys(("store", "timeout"))
    store = table.choice("store", ("off", "memory", "vault")) or "off"
    timeout = table.duration("timeout")
    if timeout is not None and not timeout:
        raise table.expected("timeout", "a duration of a second or more", '"15m"')
    return GitSettings(store=cast("GitStore", store), timeout=timeout)


def read_docker(table: Table) -> DockerSettings:
    """The docker settings in `table`."""
    table.check_keys(("store",), later=("fallback",))
    table.choice("store", ("off",), later=("memory", "vault"))
    return DockerSettings()


def _idle_exit(table: Table) -> float | None:
    if "idle_exit" not in table.values:
        return IDLE_EXIT
    if table.values["idle_exit"] == "never":
        return None
    seconds = table.duration("idle_exit")
    if not seconds:
        raise table.expected("idle_exit", "a duration, or never", '"never"')
    return seconds


def _proxy(table: Table) -> str | None:
    value = table.text("proxy", _PROXY, _EXAMPLE_PROXY)
    if value is None:
        return None
    scheme, separator, rest = value.partition("://")
    if "@" in rest:
        raise table.mistake("proxy", "secrets are not kept in this file", moves.secrets.proxy_credentials())
    try:
        if not separator or scheme not in {"http", "https"}:
            raise UnfitName("expected a URL")
        host_and_port(rest.removesuffix("/"))
    except UnfitName:
        raise table.expected("proxy", _PROXY, _EXAMPLE_PROXY) from None
    return value.removesuffix("/")
