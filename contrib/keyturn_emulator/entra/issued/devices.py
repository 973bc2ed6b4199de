"""Device codes and the state each is in (RFC 8628)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyturn_emulator.entra import refusals
from keyturn_emulator.entra.refusals import EntraError, Kind

if TYPE_CHECKING:
    from keyturn_emulator.clock import Clock
    from keyturn_emulator.entra.directory.principals import Application, User
    from keyturn_emulator.entra.requests.claims import ClaimsRequest
    from keyturn_emulator.entra.requests.scopes import Asked
    from keyturn_emulator.settings import Settings

REDEEMED = Kind(
    54005, "invalid_grant", "OAuth2 Authorization code was already redeemed, please retry with a new valid code."
)
# RFC 8628 section 6.1: no vowels, so that no words appear, and nothing that is read as something else.
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
USER_CODE_LENGTH = 9
# RFC 8628 section 3.5: a slow_down lengthens the interval by this many seconds, for good.
PENALTY = 5


@dataclass
class DeviceCode:
    """One sign-in under way. `expires` and `polled` are of the emulator's clock, `interval` in seconds."""

    device_code: str
    user_code: str
    client: Application
    asked: Asked
    wanted: ClaimsRequest
    expires: float
    interval: int
    polled: float | None = None
    user: User | None = None
    declined: bool = False
    redeemed: bool = False


class DeviceCodes:
    """All device codes of a run."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._codes: dict[str, DeviceCode] = {}

    def start(self, client: Application, asked: Asked, wanted: ClaimsRequest) -> DeviceCode:
        """A new code, waiting for a person."""
        code = DeviceCode(
            device_code=secrets.token_urlsafe(64),
            user_code="".join(secrets.choice(ALPHABET) for _ in range(USER_CODE_LENGTH)),
            client=client,
            asked=asked,
            wanted=wanted,
            expires=self._clock.now() + self._settings.device_lifetime,
            interval=self._settings.device_interval,
        )
        self._codes[code.device_code] = code
        return code

    def waiting(self) -> list[DeviceCode]:
        """Those a person can still answer, oldest first."""
        return [code for code in self._codes.values() if self._open(code)]

    def decide(self, user_code: str, user: User | None) -> bool:
        """Approve as `user`, or decline for None; False if no such code waits for an answer."""
        typed = user_code.strip().upper().replace("-", "")
        code = next((code for code in self.waiting() if code.user_code == typed), None)
        if code is None:
            return False
        code.user, code.declined = user, user is None
        return True

    def poll(self, device_code: str, client: Application) -> tuple[DeviceCode, User]:
        """The code and who approved it, once; EntraError until then and ever after."""
        code = self._codes.get(device_code)
        if code is None or code.client is not client:
            raise EntraError(refusals.DEVICE_UNKNOWN)
        if code.redeemed:
            raise EntraError(REDEEMED)
        if self._clock.now() >= code.expires:
            raise EntraError(refusals.DEVICE_EXPIRED)
        self._keep_pace(code)
        if code.declined:
            raise EntraError(refusals.DEVICE_DECLINED)
        if code.user is None:
            raise EntraError(refusals.DEVICE_PENDING)
        code.redeemed = True
        return code, code.user

    def reset(self) -> None:
        """Forget all codes."""
        self._codes.clear()

    def _open(self, code: DeviceCode) -> bool:
        undecided = code.user is None and not code.declined
        return undecided and self._clock.now() < code.expires

    def _keep_pace(self, code: DeviceCode) -> None:
        now, previous = self._clock.now(), code.polled
        code.polled = now
        if previous is not None and now - previous < code.interval:
            code.interval += PENALTY
            raise EntraError(refusals.DEVICE_TOO_FAST)
