"""A context of kubectl's by its name: which server it leads to, and what its user tells of a tenant."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from keyturn.configuration.hosts import UnfitName, https_url
from keyturn.errors import KeyturnError, Refused
from keyturn.reach.installed import program
from keyturn.verbs.setup.kube.agreement import Unasked
from keyturn.verbs.setup.kube.discover import arguments_of, is_aks, tenant_in
from keyturn.verbs.setup.kube.kubeconfig import users
from keyturn.verbs.setup.kube.kubeconfig.file import KubeFile, kubeconfigs
from keyturn.verbs.setup.kube.kubeconfig.merged import server_of, user_of
from keyturn.verbs.setup.kube.plan import Plan
from keyturn.verbs.setup.kube.register import Register, outdated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.config import Config


class Context(NamedTuple):
    """`server` as `file`, a kubeconfig, has it; `tenant` empty where nothing names one."""

    server: str
    file: str
    is_aks: bool
    tenant: str = ""


def find_context(name: str) -> Context | None:
    """The context called so, in the first kubeconfig that has it as kubectl takes it; None where there is none."""
    if "://" in name:
        return None
    files = _kubeconfigs()
    holding = next((file for file in files if name in file.contexts), None)
    if holding is None:
        return None
    context = holding.contexts[name]
    server, arguments = server_of(files, context), arguments_of(user_of(files, context))
    return Context(server, str(holding.path), is_aks(server, arguments), tenant_in(arguments))


def asking(server: str, named: str = "") -> str:
    """The context `named`, or any, of the cluster at `server` that asks this keyturn; empty where there is none.

    By our own word only: KUBECONFIG may come with a clone, and kubectl would run any program that its file names.
    """
    place, files, register = https_url(server), _kubeconfigs(), Register()
    contexts = {name: context for file in reversed(files) for name, context in file.contexts.items()}
    for name, context in contexts.items():
        user = user_of(files, context)
        if named in {"", name} and users.runs(user, program(users.PROGRAM)) and outdated(user, register) is None:
            with contextlib.suppress(UnfitName):
                if https_url(server_of(files, context)) == place:
                    return name
    return ""


def declined(config: Config, server: str, named: str) -> bool:
    """Whether the person refuses to count what a kubeconfig says of the cluster at `server`, as `config` will be.

    Asked here, before anything is written: `setup kube` knows the answers then. Raises what that does of the context
    `named`; where none is, or nobody can be asked, it will tell itself what keeps one from being set up: the command
    that it then names takes a target.
    """
    try:
        plan = Plan(None, named or None)
        plan.ask_keyturn(config, None)
    except KeyturnError as error:
        if named and not isinstance(error, Unasked):
            raise
        return False
    return https_url(server) in plan.declined


def _kubeconfigs() -> list[KubeFile]:
    """None where one of them cannot be read: what is asked for may be no context at all."""
    try:
        return [KubeFile(path) for path in kubeconfigs(None)]
    except Refused:
        return []
