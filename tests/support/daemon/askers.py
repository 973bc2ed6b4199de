"""Who asks the broker in its tests, and what a provider says to them."""

from __future__ import annotations

from keyturnd.messages.outcomes import Failure
from support.daemon.brokers import Person, service_profile

UNREACHABLE = Failure("provider-unreachable", "cannot connect", "try again later")
CI = service_profile()
NOBODY = Person(waits=False)
