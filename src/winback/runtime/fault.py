"""Fault: what went wrong, in words that may stand in a log: no message of a library, since it may hold anything."""

import traceback
from pathlib import Path
from typing import Final

import winback
from winback.domain.errors import WinbackError

_OURS: Final = Path(winback.__file__).parent


class Fault(Exception):
    """A fault of ours within an arrow, which is no fault of the message."""

    def __init__(self, arrow: str, error: BaseException) -> None:
        super().__init__(f"{arrow}: {words_of(error)}")


def words_of(error: BaseException) -> str:
    """The text of an error of Winback's own, in one line; of any other the type and the place in our code."""
    if isinstance(error, WinbackError | Fault):
        return " ".join(str(error).split())
    return f"{type(error).__name__} in {place_of(error)}"


def place_of(error: BaseException) -> str:
    """`judge.py:41`: the last line of ours that it passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _OURS in Path(frame.filename).parents]
    at = (ours or frames)[-1:]
    return f"{Path(at[0].filename).name}:{at[0].lineno}" if at else "an unknown place"
