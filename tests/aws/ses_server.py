"""A server on loopback that speaks as SES does, with the faults that a test wants."""

import base64
import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

HEALTHY: Final[dict[str, Any]] = {
    "SendingEnabled": True,
    "SendQuota": {"Max24HourSend": -1.0, "MaxSendRate": 1000.0, "SentLast24Hours": 0.0},
}
HANGS, HANGS_UP = "hangs", "hangs up"
Fault = str | tuple[int, str]
"""What befalls a request: `HANGS`, `HANGS_UP`, or the status and the name of an error."""


class SesServer:
    """`asked` holds every request to send, those that met a fault too; `account` is what it says of the account."""

    def __init__(self) -> None:
        self.account: dict[str, Any] = dict(HEALTHY)
        self.asked: list[dict[str, Any]] = []
        self.accepted: list[dict[str, Any]] = []
        self.faults: deque[Fault] = deque()
        self.account_faults: deque[Fault] = deque()
        self.times_asked_of_account = 0
        self.over = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def subjects(self) -> list[str]:
        return [subject_of(request) for request in self.accepted]


def subject_of(request: dict[str, Any]) -> str:
    message = message_from_bytes(base64.b64decode(request["Content"]["Raw"]["Data"]), policy=policy.default)
    return str(message["Subject"])


@contextmanager
def ses_client(url: str, read_timeout: float = 5.0) -> "Iterator[SESV2Client]":
    """Makes each call once, as the product's does."""
    once = Config(read_timeout=read_timeout, connect_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})
    client = boto3.client(
        "sesv2",
        endpoint_url=url,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=once,
    )
    try:
        yield client
    finally:
        client.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        ses = self.server.ses
        ses.times_asked_of_account += 1
        if ses.account_faults:
            self._befall(ses.account_faults.popleft())
        else:
            self._answer(200, ses.account)

    def do_POST(self) -> None:
        ses = self.server.ses
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        ses.asked.append(request)
        if ses.faults:
            self._befall(ses.faults.popleft())
        else:
            ses.accepted.append(request)
            self._answer(200, {"MessageId": f"ses-{len(ses.accepted)}"})

    def _befall(self, fault: Fault) -> None:
        if isinstance(fault, tuple):
            status, name = fault
            self._answer(status, {"message": "said of jane.roe@example.com"}, name)
            return
        if fault == HANGS:
            self.server.ses.over.wait(30)
        self.close_connection = True

    def _answer(self, status: int, content: dict[str, Any], error: str = "") -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
        """Silent."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, ses: SesServer) -> None:
        self.ses = ses
        super().__init__(("127.0.0.1", 0), _Handler)
