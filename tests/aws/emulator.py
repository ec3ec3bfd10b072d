"""The AWS emulator on loopback: one for each test process, started when first asked for, gone when the process is."""

import atexit
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Final

from smtp_server import LOCALHOST_PEM

REGION: Final = "eu-central-1"
ACCOUNT: Final = "000000000000"
_READY_SECONDS: Final = 60
_TRIES: Final = 3
# The shell ends the emulator once its input is closed, which happens however the tests' process ends.
_UNTIL_INPUT_ENDS: Final = 'exec 3<&0; "$@" & pid=$!; { read -r _ <&3; kill "$pid"; } 2>/dev/null & wait "$pid"'


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator; its state and its log are in `folder`. A strict one is asked over TLS."""

    url: str
    folder: Path
    certificate: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What SDK, command line and CDK need to find it, and nothing else of AWS."""
        trusted = {"AWS_CA_BUNDLE": str(self.certificate)} if self.certificate else {}
        return {
            **trusted,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@cache
def running(*, strict: bool = False) -> Emulator:
    """The emulator of this process; the strict one refuses a role what its policies do not allow."""
    folder = Path(tempfile.mkdtemp(prefix="winback-aws-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for _ in range(_TRIES):  # somebody else may take the free port first
        found = _started(folder, strict)
        if found is not None:
            return found
    raise RuntimeError("the emulator did not start:\n" + (folder / "log").read_text()[-2000:])


def _started(folder: Path, strict: bool) -> Emulator | None:
    port = _free_port()
    found = _emulator(folder, port, strict)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", _UNTIL_INPUT_ENDS, "sh", "ministack"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**_environment(folder, port), **_strictness(found)},
        )
    if _is_ready(process, found):
        atexit.register(_stop, process)
        return found
    _stop(process)
    return None


def _environment(folder: Path, port: int) -> dict[str, str]:
    binaries = str(Path(sys.executable).parent)
    foreign = ("AWS_", "COV_", "PYTEST_", "WINBACK_")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
        "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "TMPDIR": str(folder),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "LOG_LEVEL": "WARNING",
    }


def _emulator(folder: Path, port: int, strict: bool) -> Emulator:
    if not strict:
        return Emulator(f"http://127.0.0.1:{port}", folder)
    # A copy, since it writes beside it.
    certificate = Path(shutil.copy(LOCALHOST_PEM, folder))
    return Emulator(f"https://127.0.0.1:{port}", folder, certificate)


def _strictness(emulator: Emulator) -> dict[str, str]:
    """Rights are checked, and TLS is spoken, which policies ask for."""
    if emulator.certificate is None:
        return {}
    certificate = str(emulator.certificate)
    return {
        "AUTH": "true",
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": certificate,
        "MINISTACK_SSL_KEY": certificate,
        "AWS_CA_BUNDLE": certificate,  # of the functions, which are its children
    }


def _is_ready(process: "subprocess.Popen[bytes]", emulator: Emulator) -> bool:
    until = time.monotonic() + _READY_SECONDS
    trusted = ssl.create_default_context(cafile=emulator.certificate)
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{emulator.url}/_ministack/ready", timeout=5, context=trusted) as answer:
                return int(answer.status) == 200
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    stdin: IO[bytes] | None = process.stdin
    if stdin is not None:
        stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
