"""For which origins git has to ask keyturn, so that the git targets work."""

from __future__ import annotations

from keyturn import hints
from keyturn.configuration.hosts import HTTPS_PORT, UnfitName, https_url, without_userinfo
from keyturn.configuration.named import no_target
from keyturn.configuration.targets.git import AZURE_DEVOPS_HOST, LEGACY_SUFFIX
from keyturn.errors import UsageError
from keyturn.verbs.setup.git.asked import ALL_OTHERS, Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyturn.configuration.config import Config
    from keyturn.configuration.hosts import Place


def chosen(config: Config, words: Sequence[str]) -> list[Origin]:
    """The origins of all git targets, or of those on the hosts that `words` name, each once.

    Without words, hosts without a target are among them where their credentials are kept.

    Raises ConfigError where there is no target, UsageError for a word that leads to none.
    """
    keeps = config.git.store != "off" and not words
    if not config.git_targets and not keeps:
        raise no_target(config, "git", "https://dev.azure.com/ORGANIZATION")
    with_path: dict[str, bool] = {}
    for target in config.git_targets:
        for url in _urls(target.place):
            needed = bool(target.segments) or target.service == "azure-devops"
            with_path[url] = with_path.get(url, False) or needed
    urls = _named(words, with_path) if words else with_path
    return [*([ALL_OTHERS] if keeps else []), *(Origin(url, with_path[url]) for url in urls)]


def origins_of(word: str) -> list[str]:
    """The origins that the URL `word` stands for. Raises UsageError."""
    try:
        return _urls(https_url(word))
    except UnfitName as error:
        raise UsageError(f"{without_userinfo(word)}: {error}", hints.usage("keyturn setup git")) from None


def _named(words: Sequence[str], known: Iterable[str]) -> list[str]:
    found = []
    for word in words:
        urls = [url for url in origins_of(word) if url in known]
        if not urls:
            raise UsageError(f"no git target is at {without_userinfo(word)}", hints.targets())
        found += urls
    return list(dict.fromkeys(found))


def _urls(place: Place) -> list[str]:
    """The origin of `place`; a target https://dev.azure.com/ORG covers https://ORG.visualstudio.com as well."""
    if place.port != HTTPS_PORT:
        return [f"https://{place.host}:{place.port}"]
    urls = [f"https://{place.host}"]
    if place.host == AZURE_DEVOPS_HOST and place.segments:
        urls.append(f"https://{place.segments[0].lower()}{LEGACY_SUFFIX}")
    return urls
