"""A real SMTP server for tests, on a free port of loopback, that misbehaves exactly where it is told to.

    with SmtpServer() as server:
        server.fails_at(Point.RCPT, Says("450 4.2.0 later"), times=1)
        ...
        assert server.accepted_by_id["<e-1@shop.example>"]

It runs in a thread of its own. `accepted` is what a receiver would have; `in_flight` counts letters between DATA and
the server's last word on them, and `peak_in_flight` the most there ever were at once.
"""

import asyncio
import contextlib
import ssl
import threading
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from smtp_dialogue import Accepted, Closes, Dialogue, Fault, IsSilent, Point, Says

LOCALHOST_PEM = Path(__file__).parent / "tls" / "localhost.pem"
AWAITED_SECONDS = 10.0

__all__ = ["Accepted", "Closes", "IsSilent", "Point", "Says", "SmtpServer", "client_tls"]


Hook = Callable[[Accepted], Awaitable[None]]
"""Runs in the server's loop: to wait in it is `await asyncio.sleep(…)`."""


class SmtpServer:
    """Well-behaved until told otherwise. Stopped and started again it has the same port and all that it accepted.

    With `user` and `password` it takes letters only after a sign-in; `starttls` offers it, `tls_from_start` is smtps.
    """

    def __init__(
        self,
        *,
        user: str | None = None,
        password: str | None = None,
        starttls: bool = False,
        tls_from_start: bool = False,
        size_limit: int = 33_554_432,
        before_accept: Hook | None = None,
        after_accept: Hook | None = None,
    ) -> None:
        self.credentials = None if user is None or password is None else (user, password)
        self.tls = _server_tls() if starttls or tls_from_start else None
        self.tls_from_start = tls_from_start
        self.size_limit = size_limit
        self.before_accept = before_accept
        self.after_accept = after_accept
        self.port = 0
        self.accepted: list[Accepted] = []
        self.in_flight = 0
        self.peak_in_flight = 0
        self.connections = 0
        self.open_connections = 0
        self.verbs: Counter[str] = Counter()
        """How often each verb came, those answered by a fault included."""
        self._faults: dict[Point, tuple[Fault, int | None]] = {}
        self._changed = threading.Condition(threading.RLock())
        self._live: set[Dialogue] = set()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gate: asyncio.Event | None = None
        self._over: asyncio.Event | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def accepted_by_id(self) -> dict[str, list[Accepted]]:
        """By Message-ID; more than one in a list is a letter sent twice."""
        with self._changed:
            found = defaultdict(list)
            for letter in self.accepted:
                found[letter.message_id].append(letter)
            return dict(found)

    def url(self, host: str = "127.0.0.1") -> str:
        """As WINBACK_SMTP_URL has it, with the sign-in if there is one."""
        sign_in = f"{self.credentials[0]}:{self.credentials[1]}@" if self.credentials else ""
        return f"smtp{'s' if self.tls_from_start else ''}://{sign_in}{host}:{self.port}"

    def start(self) -> None:
        listening = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(listening)), daemon=True)
        self._thread.start()
        assert listening.wait(AWAITED_SECONDS), "the SMTP server did not start"

    def stop(self) -> None:
        """Refuses new connections and cuts off those there are."""
        if self._thread is not None and self._over is not None:
            self._in_loop(self._over.set)
            self._thread.join(AWAITED_SECONDS)
            self._thread = None

    def fails_at(self, point: Point, fault: Fault, times: int | None = None) -> None:
        """From now on, `times` times or until healed."""
        with self._changed:
            self._faults[point] = (fault, times)

    def heal(self) -> None:
        with self._changed:
            self._faults.clear()

    def hold(self) -> None:
        """Letters that have come wait, in flight, until `release`."""
        if self._gate is not None:
            self._in_loop(self._gate.clear)

    def release(self) -> None:
        if self._gate is not None:
            self._in_loop(self._gate.set)

    def cut_idle(self) -> None:
        """Ends every connection there is, as servers do with idle ones; returns when they are gone."""
        self._in_loop(self._hang_up)
        self.wait_until(lambda: self.open_connections == 0)

    def wait_until(self, holds: Callable[[], bool], seconds: float = AWAITED_SECONDS) -> None:
        """Waits for something to be true of this server; AssertionError if it never is."""
        with self._changed:
            assert self._changed.wait_for(holds, seconds), "the SMTP server waited in vain"

    def _in_loop(self, act: Callable[[], object]) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: there is nothing left to act on
                self._loop.call_soon_threadsafe(act)

    async def _serve(self, listening: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._gate, self._over = asyncio.Event(), asyncio.Event()
        self._gate.set()
        tls = self.tls if self.tls_from_start else None
        server = await self._loop.create_server(lambda: Dialogue(self), "127.0.0.1", self.port, ssl=tls, backlog=256)
        self.port = server.sockets[0].getsockname()[1]
        listening.set()
        await self._over.wait()
        server.close()
        self._hang_up()
        await asyncio.sleep(0)

    def _hang_up(self) -> None:
        for dialogue in list(self._live):
            dialogue.hang_up()

    # What a dialogue asks and tells.

    def fault_at(self, point: Point) -> Fault | None:
        with self._changed:
            fault, times = self._faults.get(point, (None, None))
            if fault is not None and times is not None:
                if times == 1:
                    del self._faults[point]
                else:
                    self._faults[point] = (fault, times - 1)
            return fault

    def note(self, **changes: int) -> None:
        """Adds to the counts, and wakes who waits for them."""
        with self._changed:
            for name, by in changes.items():
                setattr(self, name, getattr(self, name) + by)
            self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
            self._changed.notify_all()

    def came(self, dialogue: Dialogue) -> None:
        # STARTTLS makes the same connection anew.
        if dialogue not in self._live:
            self._live.add(dialogue)
            self.note(connections=1, open_connections=1)

    def went(self, dialogue: Dialogue) -> None:
        if dialogue in self._live:
            self._live.remove(dialogue)
            self.note(open_connections=-1)

    async def take(self, letter: Accepted) -> None:
        """The letter is the receiver's from here on."""
        if self._gate is not None:
            await self._gate.wait()
        if self.before_accept is not None:
            await self.before_accept(letter)
        with self._changed:
            self.accepted.append(letter)
            self._changed.notify_all()
        if self.after_accept is not None:
            await self.after_accept(letter)


def client_tls() -> ssl.SSLContext:
    """Trusts the certificate of this server and no other."""
    return ssl.create_default_context(cafile=str(LOCALHOST_PEM))


def _server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(LOCALHOST_PEM)
    return context
