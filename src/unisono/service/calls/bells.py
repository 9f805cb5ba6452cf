"""What wakes those who work on calls."""

from typing import Final

#: Rings when telephony was asked something.
COMMANDS_BELL: Final = "calls"
