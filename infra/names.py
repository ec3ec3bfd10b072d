"""Names that the stack and those who work with it share."""

from typing import Final

STACK: Final = "ClientEngagementStack"
