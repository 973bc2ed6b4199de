"""`python -m keyturn_emulator.real_names`: the emulator under the names of the real servers, until Ctrl-C.

What keyturn's README says can be done word for word in a shell with the variables that this prints: a proxy leads the
names to the emulator, whose CA vouches for them. Nothing outside that shell is changed: it has a home of its own, as
sign-ins to the real servers that keyturn keeps would be shown to the emulator, refused, and forgotten.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyturn_emulator.launch import Emulator, EmulatorError
from keyturn_emulator.serving.tunnels import Tunnels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from keyturn_emulator.ready import Ready

LOGIN_HOST, LOGIN_SERVER = "login.microsoftonline.com", "contoso.azurecr.io"
CLUSTER = "https://contoso-dns-1a2b3c4d.hcp.westeurope.azmk8s.io:443"
SERVERS = {
    LOGIN_HOST: "authority",
    "dev.azure.com": "git",
    urlsplit(CLUSTER).hostname or "": "cluster",
    "awx.contoso.example": "controller",
    "aap.contoso.example": "gateway",
}
"""The names in the README and the guides, and what of the emulator stands there."""
JOBS = {"run.actions.githubusercontent.com": "github-actions", "contoso.visualstudio.com": "azure-pipelines"}
"""Where the jobs of each CI system ask for their tokens."""
SERVICE, DEVICE = "55556666-dddd-7777-eeee-8888ffff9999", "00001111-aaaa-2222-bbbb-3333cccc4444"
"""The ids that pages give to the application of a machine, and to one of one's own for people."""
ENDS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
TRUST = ("SSL_CERT_FILE", "GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE")
BROWSER = """#!/bin/sh
exec {python} -E -P -m keyturn_emulator.browser --ca-file {ca_file} --proxy {proxy} "$@"
"""
ELSEWHERE = (
    "KEYTURN_CONFIG", "KEYTURN_STATE", "KEYTURN_SOCKET", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "GIT_CONFIG_GLOBAL",
    "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "HELM_REGISTRY_CONFIG",
)  # fmt: skip
"""Variables that lead out of a home."""
TOLD = f"""dev.azure.com, login.microsoftonline.com, contoso.azurecr.io, awx.contoso.example, aap.contoso.example (a
gateway) and a cluster of AKS are the emulator, until Ctrl-C here, in a shell with these variables:

{{exports}}
unset {" ".join(ELSEWHERE)}

The home goes with the rest. The browser signs in as alice by itself. What the pages do not tell:

  tenant               contoso.example
  password in AWX      {{password}}
  application of a machine, and its secret, in place of {SERVICE}:
                       {{service}}
                       {{secret_file}}
  application for people, in place of {DEVICE}:
                       {{device}}
  a sign-in with a code, once keyturn shows it:
                       $BROWSER --press approve --answer user_code=CODE {{authority}}/common/oauth2/deviceauth
  its controls         {{control}} (header "Authorization: Bearer {{control_key}}")
"""


def emulator() -> Emulator:
    """One that goes by all these names. Raises EmulatorError."""
    names = [word for name in (*SERVERS, *JOBS) for word in ("--name", name)]
    return Emulator([*names, "--login-host", LOGIN_HOST, "--login-server", LOGIN_SERVER])


def tunnels(ready: Ready) -> Tunnels:
    """A proxy that leads the names there."""
    ports = {name: urlsplit(getattr(ready, server)).port or 0 for name, server in SERVERS.items()}
    jobs = dict.fromkeys(JOBS, urlsplit(asked_by_job(ready, "github-actions")).port or 0)
    return Tunnels({**ports, **jobs, LOGIN_SERVER: ready.registry_port})


def asked_by_job(ready: Ready, kind: str) -> str:
    """The URL at which a job of this kind asks for its token."""
    return next(value for value in ready.environments[kind].values() if value.startswith("https://"))


def environment(ready: Ready, proxy: str, directory: Path) -> dict[str, str]:
    """What a shell needs: the way there, whom to trust, a browser and a kubeconfig, both in `directory`."""
    browser, kubeconfig = directory / "browser", directory / "kubeconfig"  # colons separate commands in $BROWSER
    browser.write_text(BROWSER.format(python=sys.executable, ca_file=ready.ca_file, proxy=proxy), "utf-8")
    browser.chmod(0o755)
    kubeconfig.write_text(ready.kubeconfig.replace(ready.cluster, CLUSTER), "utf-8")
    kubeconfig.chmod(0o600)
    found = {"HTTPS_PROXY": proxy, "BROWSER": str(browser), "KUBECONFIG": str(kubeconfig)}
    return found | dict.fromkeys(TRUST, ready.ca_file)


@contextlib.contextmanager
def home(directory: Path) -> Iterator[dict[str, str]]:
    """The variables of a home in `directory`, in which git knows its user; its keyturnd leaves when it is gone."""
    own, runtime = directory / "home", directory / "run"
    for private in (own, runtime):
        private.mkdir(mode=0o700)
    known = json.dumps(str(Path.home() / ".gitconfig"), ensure_ascii=False)
    (own / ".gitconfig").write_text(f"[include]\n\tpath = {known}\n", "utf-8")
    try:
        yield {"HOME": str(own), "XDG_RUNTIME_DIR": str(runtime)}
    finally:
        shutil.rmtree(runtime, ignore_errors=True)  # first: without its socket the daemon makes nothing anew


def main() -> int:
    """Serve until SIGINT, SIGTERM or SIGHUP; the exit status."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        with (
            emulator() as running, tunnels(running.ready) as proxy,
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory, home(Path(directory)) as own,
        ):  # fmt: skip
            _tell(running.ready, own | environment(running.ready, proxy.url, Path(directory)))
            signal.sigwait(ENDS)
    except EmulatorError as error:
        sys.stderr.write(f"keyturn-emulator: error: {error}\n")
        return 1
    return 0


def _tell(ready: Ready, variables: Mapping[str, str]) -> None:
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
    ids = {client: ready.clients[client]["application_id"] for client in ("service", "device")}
    password, secret_file = ready.awx_users["alice"], ready.secret_file
    places = {"authority": f"https://{LOGIN_HOST}", "control": ready.control, "control_key": ready.control_key}
    sys.stdout.write(TOLD.format(password=password, exports=exports, secret_file=secret_file, **ids, **places))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
