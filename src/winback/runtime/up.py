"""Everything of one machine in one process: the lock, the store, the runner's thread, the server in the main thread."""

import contextlib
import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

import uvicorn

from winback.adapters.local.folder import FolderLock, prepare
from winback.api.app import app_of
from winback.bootstrap import Local, local
from winback.domain.errors import Refused
from winback.runtime.local import LocalRunner, StepListener
from winback.runtime.log import Function, LogFolder
from winback.settings import Settings

_SECONDS_TO_END_REQUESTS: Final = 3


@dataclass(frozen=True, slots=True)
class Held:
    """The data folder and the port, held by this process alone."""

    local: Local
    listening: socket.socket


@contextmanager
def held(settings: Settings) -> Iterator[Held]:
    """Raises Refused with one line if the folder or the port cannot be had."""
    with ExitStack() as stack:
        lock = FolderLock(prepare(settings.data_dir))
        stack.callback(lock.release)
        listening = stack.enter_context(_listening(settings.host, settings.port))
        world = local(settings)
        stack.callback(world.close)
        yield Held(world, listening)


def run_until_stopped(
    held: Held, started: Callable[[], None], stopping: Callable[[], None], listener: StepListener
) -> None:
    """Works until SIGINT or SIGTERM, then ends what is being sent and returns. Only for the main thread."""
    log = LogFolder(held.local.folder / "logs")
    runner = LocalRunner(held.local, log, listener)
    server = _server(held.local, runner)
    clock = held.local.world.clock
    with _stopped_by_signals(server):
        started()
        log.write(Function.BACKEND, clock.now(), step="up", result="started")
        runner.start()
        try:
            server.run(sockets=[held.listening])
        finally:
            try:
                stopping()
            finally:
                runner.stop()
                log.write(Function.BACKEND, clock.now(), step="up", result="stopped")
                log.close()


class _Server(uvicorn.Server):
    """Leaves the signals to us: what is being sent must end before the process does."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(local: Local, runner: LocalRunner) -> _Server:
    return _Server(
        uvicorn.Config(
            app_of(local, lambda: runner.fault),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_SECONDS_TO_END_REQUESTS,
        )
    )


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    def stop(number: int, _: FrameType | None) -> None:
        server.should_exit = True
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # who presses Ctrl-C again does not want to wait

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        opened = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise Refused(_not_listening(host, port, error)) from error
    with contextlib.closing(opened):
        yield opened


def _not_listening(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: stop what uses it, or choose another --port"
    return f"cannot listen on port {port} of {host}: {error.strerror}: choose another --host or --port"
