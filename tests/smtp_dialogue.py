"""One connection of the test server: aiosmtpd's dialogue, with faults put in front of its verbs."""

import asyncio
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from enum import StrEnum
from typing import Any, Protocol

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Point(StrEnum):
    """Where in the dialogue: instead of the answer to a verb, or around the letter itself."""

    BANNER = "BANNER"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    AFTER_354 = "AFTER_354"
    AFTER_DOT = "AFTER_DOT"
    """The letter has come and is not taken."""
    AFTER_ACCEPT = "AFTER_ACCEPT"
    """The letter is taken, the client has not been told."""


@dataclass(frozen=True, slots=True)
class Says:
    """This line instead of the right one, then on with the dialogue, or the end of the connection."""

    line: str
    then_closes: bool = False


@dataclass(frozen=True, slots=True)
class Closes:
    """The connection ends without a word."""


@dataclass(frozen=True, slots=True)
class IsSilent:
    """Nothing more is said on this connection until the client gives up."""


Fault = Says | Closes | IsSilent


@dataclass(frozen=True, slots=True)
class Accepted:
    """A letter as the receiver has it."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)


class Host(Protocol):
    """What a dialogue asks and tells the server it belongs to."""

    credentials: tuple[str, str] | None
    tls: ssl.SSLContext | None
    tls_from_start: bool
    size_limit: int
    verbs: Counter[str]

    def fault_at(self, point: Point) -> Fault | None: ...

    def note(self, **changes: int) -> None: ...

    def came(self, dialogue: "Dialogue") -> None: ...

    def went(self, dialogue: "Dialogue") -> None: ...

    async def take(self, letter: Accepted) -> None: ...


class Dialogue(SMTP):
    """One connection: aiosmtpd's, with the faults put in front of its verbs."""

    def __init__(self, host: Host) -> None:
        self._host = host
        super().__init__(
            _Receiver(host),
            hostname="localhost",
            data_size_limit=host.size_limit,
            tls_context=None if host.tls_from_start else host.tls,
            auth_require_tls=False,
            auth_exclude_mechanism=() if host.credentials else ("LOGIN", "PLAIN"),
            authenticator=self._may_enter,
            loop=asyncio.get_running_loop(),
        )
        self._smtp_methods = {verb: self._faulty(verb, act) for verb, act in self._smtp_methods.items()}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._host.came(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._host.went(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()

    async def push(self, status: Any) -> None:
        await super().push(status)
        if str(status).startswith("354"):
            await self._fail_at(Point.AFTER_354)

    async def fail(self, fault: Fault) -> None:
        """Does the fault; comes back only from one that goes on with the dialogue."""
        if isinstance(fault, Says):
            await super().push(fault.line)
            if not fault.then_closes:
                return
        if not isinstance(fault, IsSilent):
            self.hang_up()
        try:
            await asyncio.Event().wait()  # until the loss of the connection cancels it
        finally:
            self.hang_up()

    async def _handle_client(self) -> None:
        await self._fail_at(Point.BANNER)
        await super()._handle_client()

    async def _fail_at(self, point: Point) -> None:
        if fault := self._host.fault_at(point):
            await self.fail(fault)

    def _faulty(self, verb: str, act: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Coroutine[Any, Any, None]]:
        async def answer(argument: Any) -> None:
            self._host.verbs[verb] += 1
            fault = self._host.fault_at(Point(verb)) if verb in Point.__members__ else None
            if fault is not None:
                await self.fail(fault)
            elif verb == "MAIL" and self._host.credentials and not self._signed_in():
                await self.push("530 5.7.0 sign in first")
            elif verb == "DATA":
                await self._counted(act(argument))
            else:
                await act(argument)

        return answer

    async def _counted(self, letter: Awaitable[None]) -> None:
        self._host.note(in_flight=1)
        try:
            await letter
        finally:
            self._host.note(in_flight=-1)

    def _signed_in(self) -> bool:
        return self.session is not None and bool(self.session.authenticated)

    def _may_enter(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        wanted = self._host.credentials
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=wanted is not None and given == wanted, handled=False)


class _Receiver:
    """aiosmtpd's handler: called when the dot has come."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def handle_DATA(self, dialogue: Dialogue, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        letter = _letter(envelope)
        if fault := self._host.fault_at(Point.AFTER_DOT):
            return await self._word_of(dialogue, fault)
        await self._host.take(letter)
        if fault := self._host.fault_at(Point.AFTER_ACCEPT):
            return await self._word_of(dialogue, fault)
        return "250 2.0.0 taken"

    async def _word_of(self, dialogue: Dialogue, fault: Fault) -> str:
        if isinstance(fault, Says) and not fault.then_closes:
            return fault.line
        await dialogue.fail(fault)
        raise AssertionError("such a fault does not come back")


def _letter(envelope: Envelope) -> Accepted:
    content = envelope.original_content or b""
    message_id = BytesHeaderParser().parsebytes(content)["Message-ID"]
    recipients = tuple(str(recipient) for recipient in envelope.rcpt_tos)
    return Accepted(str(message_id), str(envelope.mail_from), recipients, content)
