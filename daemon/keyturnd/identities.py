"""What an acquisition learns of a profile, and whether a token is still what the profile asks for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyturn.configuration.profiles.flows.awx import BrowserGrant, PasswordGrant
from keyturn.configuration.profiles.flows.passing import AzureCli
from keyturn.configuration.profiles.profile import EntraProfile
from keyturn.home import home
from keyturnd.messages import identities
from keyturnd.messages.identities import AwxIdentity, EntraIdentity
from keyturnd.messages.states import AwxState

if TYPE_CHECKING:
    from keyturn.configuration.profiles.profile import AwxProfile, Profile
    from keyturnd.messages.identities import Identity
    from keyturnd.messages.states import State


def identity_of(profile: Profile) -> Identity:
    """What an acquisition learns of `profile`."""
    if isinstance(profile, EntraProfile):
        page = profile.flow.sign_in_page
        return EntraIdentity(
            profile=profile.name,
            flow=profile.flow.name,
            application_id=profile.application_id,
            authority=profile.authority,
            account=profile.account,
            credential=profile.flow.credential,
            azure_cli=_azure_cli(profile.flow) if isinstance(profile.flow, AzureCli) else None,
            prompt=page.prompt,
            domain_hint=page.domain_hint,
            login_hint=page.login_hint,
        )
    return AwxIdentity(
        profile=profile.name,
        url=profile.url,
        username=profile.username,
        scope=profile.scope,
        max_age=profile.max_age,
        host=os.uname().nodename,
        application=profile.application,
        description=profile.description,
        flow=profile.flow.name,
        client_id=profile.flow.client_id if isinstance(profile.flow, PasswordGrant | BrowserGrant) else "",
    )


def _azure_cli(flow: AzureCli) -> identities.AzureCli:
    """Az by the daemon's own PATH: that of a caller, or a directory relative to some place, may be anybody's."""
    import shutil  # noqa: PLC0415 - every start would wait for it

    path = os.pathsep.join(each for each in os.environ.get("PATH", os.defpath).split(os.pathsep) if each[:1] == "/")
    program = shutil.which("az", path=path) or ""
    return identities.AzureCli(program, path, home(), flow.config_directory, flow.tenant, flow.subscription)


def is_token_of(state: State | None, profile: AwxProfile, token: str) -> bool:
    """Whether `token` is the one that lives on the server, and what `profile` asks for (now)."""
    identity = identity_of(profile)
    if not isinstance(state, AwxState) or not isinstance(identity, AwxIdentity):
        return False
    return state.token == token and state.requested == identity.requested and not state.doubted
