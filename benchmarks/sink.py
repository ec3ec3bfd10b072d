"""smtp-sink, the mail server that takes everything and keeps nothing, on a free port of loopback."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from benchmarks.measured import Missing

BACKLOG: Final = "128"
START_SECONDS: Final = 5.0
HINT: Final = 'smtp-sink is missing. Type: sudo apt install postfix (and choose "No configuration")'


@contextmanager
def smtp_sink() -> Iterator[tuple[str, int]]:
    """Its host and port; it ends with the block. Raises Missing where postfix is not installed."""
    program = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise Missing(HINT)
    address = "127.0.0.1", _free_port()
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to stay root
    process = subprocess.Popen([program, *as_nobody, f"{address[0]}:{address[1]}", BACKLOG], stderr=subprocess.PIPE)
    try:
        _await(process, address)
        yield address
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _await(process: subprocess.Popen[bytes], address: tuple[str, int]) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(address, timeout=1).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    said = process.stderr.read().decode().strip() if process.poll() is not None and process.stderr else "no answer"
    raise Missing(f"smtp-sink did not start: {said}")
