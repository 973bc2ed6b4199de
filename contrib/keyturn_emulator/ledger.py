"""What happened: counts to assert on, a log to read, and a way to wait for either without sleeping.

Nothing in here is ever a secret. That is kept by construction, not by filtering: callers count and log only
words of their own (names of endpoints, grants, registered clients, error numbers), never text of a request.

Counts are dotted names, each dot a finer grain:

    discovery  keys  instance  devicecode  token  page  authorize  login   requests that arrived, before faults strike
    token.GRANT  token.CLIENT  token.GRANT.CLIENT         … once the form was understood
    token.issued  token.issued.GRANT                      … answered with tokens
    token.refused  token.refused.AADSTSnnnn  (other endpoints likewise)
    device.started  device.poll  device.approved  device.declined
    authorize.shown  authorize.code  authorize.refused.AADSTSnnnn   a page; sent back with a code, or an error
    identity.ENDPOINT  oidc.github  oidc.pipelines        requests that arrived; ENDPOINT: app-service, imds, arc,
        service-fabric, azure-ml, cloud-shell
    git  git.refs  git.upload-pack  git.receive-pack      requests that arrived
         git.lfs.batch  git.lfs.locks  git.lfs.upload  git.lfs.download
    organisation                                          the front door of one, https://HOST/ORGANISATION
    git.anonymous  git.authorized  git.refused  git.refused.REASON
    registry  registry.exchange  registry.token  registry.ping  registry.manifests  registry.blobs
    registry.uploads  registry.tags  registry.catalog     requests that arrived
    registry.exchange.issued  registry.exchange.refused.REASON
    registry.token.WAY  registry.token.issued  registry.token.refused.REASON   WAY: basic, refresh_token, password
    registry.authorized  registry.ENDPOINT.refused.REASON
    kube  kube.version  kube.health  kube.discovery  kube.namespaces  kube.review   requests that arrived
    kube.anonymous  kube.authorized  kube.refused  kube.refused.REASON
    SERVER.discovery  SERVER.ping  SERVER.me  SERVER.config  SERVER.users  SERVER.resources  SERVER.jobs
    SERVER.tokens.VERB  SERVER.applications.VERB  SERVER.oauth.ENDPOINT   requests that arrived; SERVER: controller,
        gateway, gateway-2026; VERB: list, create, read, change, delete; ENDPOINT: token, revoke_token,
        authorize, login
    SERVER.authorized.WAY  SERVER.refused.REASON          credentials taken; WAY: basic, bearer
    SERVER.created.WAY  SERVER.deleted  SERVER.revoked  SERVER.listed   tokens; WAY also: password, code, refresh
    SERVER.oauth.ENDPOINT.refused.ERROR  SERVER.raced     the second of two refreshes at once
    fault.KIND  fault.KIND.left                           a fault began; its client went away
    unknown                                               a path that is no endpoint
    defect                                                the emulator itself failed
"""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LOG_LENGTH = 2000


class Ledger:
    """Counts and log of one run. `echo`: called with every log entry as it is made (for stderr)."""

    def __init__(self, echo: Callable[[Mapping[str, object]], None] | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self.log: deque[dict[str, object]] = deque(maxlen=LOG_LENGTH)
        self._echo = echo
        self._changed = asyncio.Event()

    def count(self, *names: str) -> None:
        """Add one to each of `names` and wake whoever waits for them."""
        self.counts.update(names)
        self._changed.set()
        self._changed = asyncio.Event()

    def record(self, **entry: object) -> None:
        """Add an entry to the log; its values are words of the emulator's, never of a request."""
        self.log.append(entry)
        if self._echo is not None:
            self._echo(entry)

    def failed(self, error: BaseException | None) -> dict[str, object]:
        """Count a failure of the emulator's own; returns what may be told of it.

        That is where it happened, not the message: that may quote what the client sent.
        """
        self.count("defect")
        frames = traceback.extract_tb(error.__traceback__) if error else []
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-5:]]
        return {"defect": type(error).__name__, "where": where}

    async def reached(self, name: str, at_least: int, timeout: float) -> int:
        """Wait until `name` counts `at_least`; TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            while self.counts[name] < at_least:
                await self._changed.wait()
        return self.counts[name]

    def reset(self) -> None:
        """Forget everything."""
        self.counts.clear()
        self.log.clear()
