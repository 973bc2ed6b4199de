"""The other side's controls: what a test or the demo does to the emulator that no provider would let it do."""

from keyturn_emulator.control.client import Control, ControlError

__all__ = ["Control", "ControlError"]
