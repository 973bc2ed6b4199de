"""config.toml: read, validated, typed. The first mistake is one ConfigError: file, key, what was expected."""

from __future__ import annotations

import codecs
import tomllib

import msgspec

from keyturn import moves
from keyturn.configuration import settings, trusted
from keyturn.configuration.profiles import is_profile_name
from keyturn.configuration.profiles.profile import read_profile
from keyturn.configuration.tables import Table
from keyturn.configuration.targets.docker_table import read_docker_targets
from keyturn.configuration.targets.git import GitTargets
from keyturn.configuration.targets.git_table import read_git_targets
from keyturn.configuration.targets.kube_table import read_kube_targets
from keyturn.configuration.targets.places import Targets
from keyturn.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.configuration.profiles.profile import Profile
    from keyturn.configuration.targets.docker import DockerTarget
    from keyturn.configuration.targets.kube import KubeTarget

TABLES = ("profile", "targets", "git", "docker", "daemon", "network")
TARGETS = ("git", "kube", "docker")


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """A valid configuration; without a file, the empty one."""

    source: Path
    profiles: dict[str, Profile] = {}
    git_targets: GitTargets = GitTargets()
    kube_targets: Targets[KubeTarget] = Targets()
    docker_targets: Targets[DockerTarget] = Targets()
    daemon: settings.DaemonSettings = settings.DaemonSettings()
    network: settings.NetworkSettings = settings.NetworkSettings()
    git: settings.GitSettings = settings.GitSettings()
    docker: settings.DockerSettings = settings.DockerSettings()


def load(path: Path) -> Config:
    """The configuration in `path`, the empty one where there is no such file: a fresh install is no error.

    Raises ConfigError when the file is not safe to obey (see `trusted`), is not TOML, or holds a mistake.
    """
    content = trusted.read_trusted(path)
    return Config(source=path) if content is None else parse(path, content)


def parse(path: Path, content: bytes) -> Config:
    """The configuration in `content`; `path` only names it in errors. Raises ConfigError."""
    document = Table(path, "", _toml(path, content))
    document.check_keys(TABLES)
    targets = document.table("targets")
    targets.check_keys(TARGETS)
    daemon = settings.read_daemon(document.table("daemon"))
    network = settings.read_network(document.table("network"))
    git = settings.read_git(document.table("git"))
    docker = settings.read_docker(document.table("docker"))
    profiles = _profiles(document.table("profile"))
    return Config(
        source=path,
        profiles=profiles,
        git_targets=read_git_targets(targets.table("git"), profiles),
        kube_targets=read_kube_targets(targets.table("kube"), profiles),
        docker_targets=read_docker_targets(targets.table("docker"), profiles),
        daemon=daemon,
        network=network,
        git=git,
        docker=docker,
    )


def _profiles(table: Table) -> dict[str, Profile]:
    found = {}
    for name, entry in table.tables():
        if not is_profile_name(name):
            raise table.mistake(name, "expected a name of up to 64 letters, digits, dots, hyphens and underscores")
        found[name] = read_profile(name, entry)
    return found


def _toml(path: Path, content: bytes) -> dict[str, object]:
    try:
        if content.startswith(codecs.BOM_UTF8):  # TOML 1.0 knows none, some editors write one
            raise _unreadable(path, "it begins with a byte order mark")
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(path, f"not UTF-8 (at line {line})") from None
    except RecursionError:
        raise _unreadable(path, "nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        text = str(error)
        raise _unreadable(path, f"not TOML: {text[:1].lower()}{text[1:]}") from None
    except ValueError:  # int() gives up at 4300 digits
        raise _unreadable(path, "a number is too long") from None


def _unreadable(path: Path, reason: str) -> ConfigError:
    return ConfigError(f"{path}: {reason}", moves.configuration.edit(str(path)))
