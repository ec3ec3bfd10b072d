"""Switch: whether sending is on; and the sender it stands before."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SWITCH_ID = "switch"


class SenderKind(StrEnum):
    FOLDER = "folder"
    SMTP = "smtp"
    SES = "ses"


@dataclass(frozen=True, slots=True)
class Switch:
    """Sending on or paused, by whom and why; `public_url` and `from_address` are of the sender it stands before."""

    switch_id: str = SWITCH_ID
    sending: bool = True
    by: str = "first start"
    why: str = ""
    at: datetime | None = None
    public_url: str | None = None
    from_address: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Sender:
    """What the settings say about the sender. `only_to`: addresses or domains; empty means no such limit.

    A `loopback` relay (a test server, a mail catcher) may get what otherwise only the folder may.
    """

    kind: SenderKind = SenderKind.FOLDER
    loopback: bool = False
    only_to: tuple[str, ...] = field(default=(), repr=False)
    from_address: str = "Winback <shop@localhost>"
    reply_to: str | None = None
    public_url: str | None = None

    @property
    def real(self) -> bool:
        """Anything but the folder."""
        return self.kind is not SenderKind.FOLDER

    def names(self, address: str) -> bool:
        """Whether `only_to` names this address or its domain."""
        lowered = address.lower()
        return any(lowered == entry or lowered.endswith("@" + entry) for entry in self.only_to)
