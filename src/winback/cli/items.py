"""JSON items from a file: one object, an array, or JSON Lines; however long the file is, little of it is held."""

import codecs
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final

LONGEST_ITEM: Final = 1_000_000
_PIECE: Final = 1 << 16
_BETWEEN: Final = " \t\r\n,"


@dataclass(frozen=True, slots=True)
class NotRead:
    """Why a piece of the file is no item; never its text."""

    reason: str


Item = dict[str, Any] | NotRead
_TOO_LONG: Final = NotRead(f"is longer than {LONGEST_ITEM:,} bytes")
_THE_END: Final = "nothing after it was read"


@contextmanager
def source(given: str) -> Iterator[BinaryIO]:
    """The file people name on the command line, `-` for what is piped in, or the JSON itself."""
    if given == "-":
        yield sys.stdin.buffer
    elif given.lstrip()[:1] in {"{", "["}:
        yield io.BytesIO(given.encode("utf-8", "surrogateescape"))
    else:
        with Path(given).open("rb") as file:
            yield file


def items(file: BinaryIO) -> Iterator[tuple[int, Item]]:
    """Every item with the line it begins on."""
    for number, line in enumerate(_lines(file), start=1):
        head = line.removeprefix(codecs.BOM_UTF8).strip()
        if head.startswith(b"[") or (head.startswith(b"{") and not head.endswith(b"}")):
            yield from _values(chain([line], iter(partial(file.read, _PIECE), b"")), number)
            return
        if head:
            yield number, _item(head) if len(line) < LONGEST_ITEM else _rest_skipped(file, line)
            yield from _json_lines(file, number + 1)
            return


def _lines(file: BinaryIO) -> Iterator[bytes]:
    return iter(partial(file.readline, LONGEST_ITEM), b"")


def _json_lines(file: BinaryIO, start: int) -> Iterator[tuple[int, Item]]:
    for number, line in enumerate(_lines(file), start=start):
        if len(line) == LONGEST_ITEM:
            yield number, _rest_skipped(file, line)
        elif not line.isspace():
            yield number, _item(line)


def _item(line: bytes) -> Item:
    try:
        return _object(json.loads(line))
    except (ValueError, RecursionError) as error:
        return _broken(error)


def _rest_skipped(file: BinaryIO, line: bytes) -> NotRead:
    while line and not line.endswith(b"\n"):
        line = file.readline(LONGEST_ITEM)
    return _TOO_LONG


def _values(pieces: Iterator[bytes], line: int) -> Iterator[tuple[int, Item]]:
    """An array's entries, or values that follow each other, over any number of lines."""
    text, in_array = _Text(pieces, line), False
    while sign := text.next_sign():
        if sign in "[]":
            in_array = sign == "["
            text.pass_over(1)
            continue
        line, value = text.line, text.value()
        yield line, _object(value) if not isinstance(value, NotRead) else value
        if isinstance(value, NotRead):
            return
    if in_array:
        yield text.line, NotRead("the array is not closed")


class _Text:
    """Text that is read on as far as it is needed; what was passed over is forgotten."""

    def __init__(self, pieces: Iterator[bytes], line: int) -> None:
        self.line = line
        self._pieces = pieces
        # Bytes that are no UTF-8 become surrogates, which the rules of a text refuse.
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="surrogateescape")
        self._decode = json.JSONDecoder().raw_decode
        self._text, self._at = "", 0

    def next_sign(self) -> str:
        """The next character that is part of something; empty at the end of the file."""
        while True:
            end = self._at
            while end < len(self._text) and self._text[end] in _BETWEEN:
                end += 1
            self.pass_over(end - self._at)
            if self._at < len(self._text) or not self._read_on():
                return self._text[self._at : self._at + 1]

    def pass_over(self, length: int) -> None:
        self.line += self._text.count("\n", self._at, self._at + length)
        self._at += length

    def value(self) -> object | NotRead:
        """The value that begins here; NotRead where there is none, and then nothing after it can be read either."""
        while True:
            try:
                found, end = self._decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if len(self._text) - self._at > LONGEST_ITEM:
                    return NotRead(f"{_TOO_LONG.reason}; {_THE_END}")
                if not self._read_on():
                    return NotRead(f"{_broken(error).reason}; {_THE_END}")
            else:
                self.pass_over(end - self._at)
                value: object = found
                return value

    def _read_on(self) -> bool:
        piece = next(self._pieces, b"")
        self._text, self._at = self._text[self._at :] + self._decoder.decode(piece, final=not piece), 0
        return bool(piece)


def _object(value: object) -> Item:
    return value if isinstance(value, dict) else NotRead("is no JSON object")


def _broken(error: Exception) -> NotRead:
    where = f" ({error.msg}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
    return NotRead(f"is no JSON{where}")
