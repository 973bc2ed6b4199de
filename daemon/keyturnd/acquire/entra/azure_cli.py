"""A token of whoever signed in with az: what `kubelogin --login azurecli` stands for."""

from __future__ import annotations

import errno
import json
import subprocess
import time
from typing import TYPE_CHECKING, Any

from keyturn import moves, shell
from keyturn.configuration.trusted import PASSING, until_it_passes
from keyturn.errors import ProviderRefused, ProviderUnreachable, Refused, SignInNeeded, StateError
from keyturnd.acquire.failed import Failed
from keyturnd.messages.outcomes import Result

if TYPE_CHECKING:
    from keyturnd.acquire.entra.session import Session
    from keyturnd.messages.identities import AzureCli
    from keyturnd.messages.jobs import TokenJob

SIGN_IN = ("az login", "az account set")
"""What az's own errors advise (and AADSTS numbers, which are in them) where a person has to act."""
SEE = moves.clients.az("to see for yourself", "account get-access-token")
KEEP_NO_ANSWERS = {"AZURE_CORE_USE_MSAL_HTTP_CACHE": "false"}
"""In a directory that a caller names, a stranger's kubeconfig perhaps: az keeps answers there in a form whose reading
can run programs (Python's pickle). Without them it asks for the authority's endpoints each time."""
QUIET = {
    "AZURE_CORE_ONLY_SHOW_ERRORS": "true",
    "AZURE_CORE_NO_COLOR": "true",
    "AZURE_CORE_COLLECT_TELEMETRY": "no",
    "AZURE_AUTO-UPGRADE_ENABLE": "false",  # behind a token it would begin to, and be ended with us, half done
}


def acquire(session: Session) -> Result:
    """What `az account get-access-token` prints. Raises Failed."""
    az = session.identity.azure_cli
    if az is None or not az.program:
        raise Failed(Refused, "az is not on the PATH of the daemon", moves.clients.az_installed())
    began = time.time()
    answer = _printed(_run(az, session))
    try:
        document = json.loads(answer)
        token, expires_at = str(document["accessToken"]), _expiry(document)
    except (ValueError, KeyError, TypeError):
        raise Failed(ProviderRefused, "az printed something else than a token", SEE) from None
    return Result(token, expires_at, began, session.job.scopes, details={"tenant_id": document.get("tenant")})


def _run(az: AzureCli, session: Session) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            _command(az, session.job),
            env=_environment(az, session.job),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=session.deadline.left(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Failed(ProviderUnreachable, "az did not answer in time", moves.waiting.later()) from None
    except OSError as error:
        sentence = f"az cannot be started: {error.strerror}"
        if error.errno in PASSING | {errno.EAGAIN}:  # EAGAIN: too many processes, fork(2)
            raise Failed(StateError, sentence, until_it_passes(error)) from None
        raise Failed(Refused, sentence, shell.listing(az.program)) from None


def _printed(done: subprocess.CompletedProcess[bytes]) -> bytes:
    """What az says on stdout. Raises Failed with its own words where it failed."""
    if done.returncode == 0:
        return done.stdout
    words = done.stderr.decode("utf-8", "replace").removeprefix("ERROR: ")
    if any(advice in words for advice in SIGN_IN):
        raise Failed(SignInNeeded, f"az is not signed in for this: {words}", moves.clients.az("sign in", "login"))
    raise Failed(ProviderRefused, f"az: {words}", SEE)


def _command(az: AzureCli, job: TokenJob) -> list[str]:
    """As azidentity runs it, each value in one word with its option: none is taken for an option."""
    resource = job.scopes[0].removesuffix("/.default")
    words = [az.program, "account", "get-access-token", "--output=json", f"--resource={resource}"]
    words += [f"--tenant={az.tenant}"] if az.tenant else []
    return words + ([f"--subscription={az.subscription}"] if az.subscription else [])


def _environment(az: AzureCli, job: TokenJob) -> dict[str, str]:
    network = {
        "HTTPS_PROXY": job.network.proxy,
        "NO_PROXY": job.network.no_proxy,
        "REQUESTS_CA_BUNDLE": job.network.ca_file,
        "AZURE_CONFIG_DIR": az.config_directory,
    }
    given = {name: value for name, value in network.items() if value}
    wary = KEEP_NO_ANSWERS if az.config_directory else {}
    return {"HOME": az.home, "PATH": az.path, "LANG": "C.UTF-8", **QUIET, **wary, **given}


def _expiry(document: dict[str, Any]) -> float:
    """UTC epoch seconds; older az gives the local time alone."""
    if (epoch := document.get("expires_on")) is not None:
        return float(epoch)
    return time.mktime(time.strptime(document["expiresOn"].partition(".")[0], "%Y-%m-%d %H:%M:%S"))
