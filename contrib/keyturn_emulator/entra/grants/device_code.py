"""One poll of a device sign-in (RFC 8628 section 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.entra.requests.form import malformed, required

if TYPE_CHECKING:
    from keyturn_emulator.entra.answers import Answer
    from keyturn_emulator.entra.grants.call import Call

# MSAL sends the device code as `code` as well, MSAL Go the scope once more.
PARAMETERS = frozenset({"device_code", "code", "scope"})


def perform(call: Call) -> Answer:
    """The answer to who was approved; EntraError until then, and after."""
    call.entra.ledger.count("device.poll")
    device_code = required(call.form, "device_code")
    if call.form.get("code", device_code) != device_code:
        raise malformed("the parameters 'code' and 'device_code' differ")
    code, user = call.entra.devices.poll(device_code, call.client)
    wanted = call.wanted if "claims" in call.form else code.wanted
    return call.sign_in(user, code.asked, code.wanted.wanted, wanted)
