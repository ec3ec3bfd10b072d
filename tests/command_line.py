"""The command line in tests: a command in this process, and a real `winback up` in one of its own."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from unittest.mock import patch

from winback.cli.main import main

T = TypeVar("T")
AWAITED_SECONDS: Final = 60.0
LOOK_EVERY_SECONDS: Final = 0.02
PROGRAM: Final = (sys.executable, "-m", "winback")


@dataclass(frozen=True)
class Ran:
    """How a command went."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def winback(*args: object, stdin: str = "", env: Mapping[str, str] | None = None) -> Ran:
    """A command line, run here: the environment has only what `env` says."""
    out, err, given = _stream(), _stream(), _stream(stdin)
    with patch.dict(os.environ, env or {}, clear=True), patch("sys.stdin", given):
        os.environ.setdefault("HOME", "/nowhere")
        with redirect_stdout(out), redirect_stderr(err):
            code = main([str(arg) for arg in args])
    return Ran(code, _text(out), _text(err))


def until(look: Callable[[], T | None], seconds: float = AWAITED_SECONDS) -> T:
    """What `look` gives as soon as that is true; fails if it never is."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"still {found!r} after {seconds} seconds"
        time.sleep(LOOK_EVERY_SECONDS)
    return found


class Up:
    """A `winback up` in its own process on a free port; `out` is what it has printed so far."""

    def __init__(self, folder: Path, *args: str, env: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self._lines: list[str] = []
        self._process = subprocess.Popen(
            [*PROGRAM, "up", "--data-dir", str(folder), "--port", str(self.port), *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", **(env or {})},
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def out(self) -> str:
        return "".join(self._lines)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def health(self) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
            return json.load(answer)

    def ready(self) -> Self:
        until(lambda: not self.running or self._answers())
        assert self.running, self.out
        return self

    def stop(self, number: int = signal.SIGTERM) -> int:
        """The exit code after this signal."""
        if self.running:
            self._process.send_signal(number)
        code = self._process.wait(AWAITED_SECONDS)
        self._reader.join()
        return code

    def _answers(self) -> bool:
        try:
            return bool(self.health())
        except OSError:
            return False

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as out:
            self._lines += iter(out.readline, "")


@contextmanager
def running(folder: Path, *args: str, env: Mapping[str, str] | None = None) -> Iterator[Up]:
    up = Up(folder, *args, env=env)
    try:
        yield up.ready()
    finally:
        up.stop()


@contextmanager
def on_a_terminal(*args: object, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A command in its own process that Ctrl-C reaches, as on a terminal: a run in the background passes on that it is
    ignored. It is gone at the end, however the test ends."""
    command = [*PROGRAM, *map(str, args)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env, preexec_fn=_heeds_ctrl_c) as process:
        try:
            yield process
        finally:
            process.kill()


def _heeds_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _stream(text: str = "") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
