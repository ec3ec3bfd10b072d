"""A server before the emulator's DynamoDB that answers as it is told to: ill, late, or not at all."""

import http.client
import json
import socket
import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

from aws.emulator import running


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one call. `done`: the emulator does as asked first, only its answer is lost.

    With a `code` DynamoDB says so itself; `silent` leaves the caller waiting; otherwise the connection breaks.
    """

    done: bool = False
    code: str = ""
    status: int = 400
    reasons: tuple[str, ...] = ()
    silent: bool = False


THROTTLED = Fault(code="ProvisionedThroughputExceededException")
IN_CONFLICT = Fault(code="TransactionCanceledException", reasons=("None", "TransactionConflict"))
BROKEN_BEFORE = Fault()
BROKEN_AFTER = Fault(done=True)
SILENT_BEFORE = Fault(silent=True)
SILENT_AFTER = Fault(done=True, silent=True)
ILL_BEFORE = Fault(code="InternalServerError", status=500)
ILL_AFTER = Fault(done=True, code="InternalServerError", status=500)


class IllDynamo:
    """Open as a context; `url` is for a client. `fail_next` plans faults for the next calls of an operation."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def fail_next(self, operation: str, *faults: Fault | None) -> None:
        """None lets one call through."""
        self._server.plan.setdefault(operation, deque()).extend(faults)

    @property
    def asked(self) -> list[str]:
        """The operations it was asked for, repeats included."""
        return self._server.asked

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.plan: dict[str, deque[Fault | None]] = {}
        self.asked: list[str] = []
        self.over = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: the second would wait for the first's receipt
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        self.server.asked.append(operation)
        planned = self.server.plan.get(operation)
        fault = planned.popleft() if planned else None
        answer = self._forwarded(body) if fault is None or fault.done else None
        if fault is None and answer is not None:
            self._say(*answer)
        elif fault is not None:
            self._fail(fault)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""

    def _forwarded(self, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(urlsplit(running().url).netloc, timeout=10)
        try:
            connection.request("POST", "/", body, dict(self.headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _fail(self, fault: Fault) -> None:
        if fault.code:
            reasons = [{"Code": reason} for reason in fault.reasons]
            self._say(fault.status, json.dumps({"__type": fault.code, "CancellationReasons": reasons}).encode())
            return
        if fault.silent:
            self.server.over.wait(10)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
