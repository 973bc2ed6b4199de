"""Whether kubectl asks keyturn as it should: `setup kube --check`, `setup --check` and doctor."""

from __future__ import annotations

import sys
from typing import NamedTuple

from keyturn import hints, moves
from keyturn.configuration.targets.kube import find_kube
from keyturn.console.configured import configuration
from keyturn.console.requests import print_json
from keyturn.kinds_of_hints import printed
from keyturn.verbs.setup.advice import Advice
from keyturn.verbs.setup.kube import kuberc, stand_in
from keyturn.verbs.setup.kube.contexts import Contexts
from keyturn.verbs.setup.kube.kubeconfig import users
from keyturn.verbs.setup.kube.register import outdated
from keyturn.verbs.setup.kube.report import policies, printable, warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from keyturn.configuration.config import Config
    from keyturn.kinds_of_hints import Command


class Lack(NamedTuple):
    """A context that does not ask keyturn as it should."""

    file: Path
    context: str
    why: str


def run(options: Namespace) -> int:
    """The exit status of `setup kube --check`: 1 where there is something to do."""
    config, plan = configuration(), Contexts(options.kubeconfig, options.context)
    others = [] if options.kubeconfig or options.context else _others(plan)
    for advice in (*_secrets([plan, *others]), *stand_in.hindrances()):
        warn(*advice)
    asking = [user for each in (plan, *others) for _, _, user in each.asking()]
    found = [lack for each in (plan, *others) for lack in _lacks(each, config)]
    found += [Lack(file, name, "does not ask keyturn") for file, name in plan.not_asking(config)]
    forbidden = [lack for each in (plan, *others) for lack in _forbidden(each)]
    _tell([*found, *forbidden], len(asking), as_json=options.json)
    for hint in policies(user["exec"] for user in asking):
        print(f"keyturn: hint: {printed(hint)}", file=sys.stderr)
    if asking and not found:
        return int(bool(forbidden))
    named = [] if options.kubeconfig is None else ["--kubeconfig", options.kubeconfig]
    for command in _again(found, plan, hints.set_up("kube", *named)):
        print(f"keyturn: hint: {printable(printed(command))}", file=sys.stderr)
    return 1


def unlike(config: Config) -> Iterator[str]:
    """A sentence for each context of a target that does not ask keyturn as it should, and each target without one.

    Raises what `run` does.
    """
    plan = Contexts(None, None)
    yield from (f"context {printable(name)} does not ask keyturn" for _, name in plan.not_asking(config))
    yield from (f"context {printable(lack.context)} {lack.why}" for lack in _lacks(plan, config))
    servers = [*plan.servers(), *(server for other in _others(plan) for server in other.servers_asking())]
    known = {find_kube(config.kube_targets, server) for server in servers}
    yield from (f"no context is for {target.url}" for target in config.kube_targets if target not in known)


def hindrances(config: Config) -> Iterator[Advice]:
    """What `setup` without a tool does not mend: secrets in clear, kubectl's own policy, kubeconfigs named before."""
    plan = Contexts(None, None)
    others = _others(plan)
    yield from _secrets([plan, *others])
    for hint in policies(user["exec"] for each in (plan, *others) for _, _, user in each.asking()):
        yield Advice("kubectl's policy (kuberc) forbids keyturn's helper", hint)
    for lack in (lack for other in others for lack in _lacks(other, config)):
        told = f"{lack.file}: context {printable(lack.context)} {lack.why}"
        yield Advice(told, hints.set_up("kube", "--kubeconfig", str(lack.file)))


def _others(plan: Contexts) -> list[Contexts]:
    """The kubeconfigs that kubectl does not read by itself, and that keyturn has set up by name."""
    return [Contexts(str(file), None) for file in plan.register.elsewhere(plan.files)]


def _secrets(plans: Iterable[Contexts]) -> Iterator[Advice]:
    for file in (file for plan in plans for file in plan.files):
        for name in users.with_secrets(file.users):
            told = f"{file.path}: user {printable(name)} holds a secret that everybody can read who has the file"
            yield Advice(told, moves.secrets.secret_variables())


def _lacks(plan: Contexts, config: Config) -> Iterator[Lack]:
    """What setting up again cures."""
    needless = {(file.path, name) for file, name in plan.needless(config)}
    for file, name, user in plan.asking():
        if (file.path, name) in needless:
            yield Lack(file.path, name, "asks keyturn, and its cluster is no target")
        elif (why := outdated(user, plan.register)) is not None:
            yield Lack(file.path, name, why)


def _forbidden(plan: Contexts) -> Iterator[Lack]:
    """What is as it should be, and kubectl must not run."""
    for file, name, user in plan.asking():
        program = str(user["exec"]["command"])
        if outdated(user, plan.register) is None and kuberc.forbids(program) is not None:
            yield Lack(file.path, name, f"may not run {program}: kubectl's policy forbids it")


def _tell(found: Sequence[Lack], asking: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"asking": asking, "outdated": [lack._asdict() | {"file": str(lack.file)} for lack in found]})
        return
    for lack in found:
        print(f"keyturn: {printable(f'{lack.file}: context {lack.context} {lack.why}')}")
    if not found:
        print(f"keyturn: {'every context that asks keyturn is up to date' if asking else 'no context asks keyturn'}")


def _again(found: Sequence[Lack], plan: Contexts, own: Command) -> list[Command]:
    """What sets up again the files that something is wrong in; `own`: those of `plan`, also where nothing is."""
    read = {file.path for file in plan.files}
    others = dict.fromkeys(lack.file for lack in found if lack.file not in read)
    commands = [hints.set_up("kube", "--kubeconfig", str(file)) for file in others]
    return commands if found and all(lack.file in others for lack in found) else [own, *commands]
