"""The four errors of Winback, named by what may be done next."""

from datetime import timedelta


class WinbackError(Exception):
    """The base of the four. Messages name the thing, the fault and the mend, and never a person."""


class Conflict(WinbackError):
    """Somebody wrote in between: start again from the first read."""


class Retryable(WinbackError):
    """Nothing happened: the same call may be made again, at the earliest after `after`."""

    def __init__(self, message: str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class Unsure(WinbackError):
    """It may have happened: a guarded write may be made again, a send may not."""


class Rejected(WinbackError):
    """It will never happen as asked; the record says why, and the message is done."""


class AddressRejected(Rejected):
    """The receiving side refuses this address for ever: a hard bounce."""


class Refused(WinbackError):
    """What a person or program asked for breaks a rule. Never met inside a step."""


class SenderIll(Retryable):
    """The sender itself cannot send now (sign-in, account, quota, network); no e-mail is to blame."""
