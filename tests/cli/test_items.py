import io
import json

import pytest

from winback.cli.items import LONGEST_ITEM, NotRead, items

A, B = {"userId": "a"}, {"userId": "b", "name": "[{, "}
ONE, TWO = json.dumps(A), json.dumps(B)


def read(text: str | bytes) -> list[tuple[int, object]]:
    return list(items(io.BytesIO(text.encode() if isinstance(text, str) else text)))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"{ONE}\n{TWO}", (1, 2)),
        (f"\n\n{ONE}\n \n{TWO}\n", (3, 5)),
        (f"\ufeff{ONE}\r\n{TWO}\r\n", (1, 2)),
        (f"[{ONE},{TWO}]", (1, 1)),
        (f"[\n{ONE},\n\n{TWO}\n]\n", (2, 4)),
        (f"\ufeff[{ONE}\n,{TWO}]", (1, 2)),
        (json.dumps([A, B], indent=2), (2, 5)),
        (json.dumps(A, indent=2) + "\n" + json.dumps(B, indent=2), (1, 4)),
    ],
)
def test_items_come_with_the_line_they_begin_on(text: str, lines: tuple[int, int]) -> None:
    assert read(text) == list(zip(lines, (A, B), strict=True))


@pytest.mark.parametrize("text", ["", "\n \n", "[]", " [\n]\n"])
def test_nothing_has_no_items(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize("broken", ['{"userId": }', "nonsense", "17", '"text"', "null", b'{"userId": "\xff"}'])
def test_a_line_that_is_no_object_spoils_only_itself(broken: str | bytes) -> None:
    raw = broken.encode() if isinstance(broken, str) else broken
    (_, first), (at, found), (_, last) = read(ONE.encode() + b"\n" + raw + b"\n" + TWO.encode())
    assert (first, at, type(found), last) == (A, 2, NotRead, B)


def test_an_entry_that_cannot_be_read_ends_an_array_and_says_so() -> None:
    (_, first), (line, found) = read(f"[{ONE},\n nonsense,\n{TWO}]")
    assert (first, line) == (A, 2)
    assert found == NotRead("is no JSON (Expecting value, column 11); nothing after it was read") or (
        isinstance(found, NotRead) and found.reason.endswith("; nothing after it was read")
    )


def test_an_array_that_was_cut_off_is_told() -> None:
    assert read(f"[{ONE},") == [(1, A), (1, NotRead("the array is not closed"))]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[1e999999]", '{"a":' + "9" * 5000 + "}"])
def test_hostile_texts_are_refused_and_never_raise(text: str) -> None:
    assert all(isinstance(item, NotRead | dict) for _, item in read(text))


def test_a_line_that_is_too_long_is_passed_over_whole() -> None:
    text = f"{ONE}\n" + '{"x": "' + "y" * (2 * LONGEST_ITEM) + '"}' + f"\n{TWO}\n"
    assert read(text) == [(1, A), (2, NotRead("is longer than 1,000,000 bytes")), (3, B)]


def test_an_entry_larger_than_what_is_read_at_once_is_whole() -> None:
    large = {"userId": "a", "name": "y" * 300_000}
    assert read(json.dumps([large, B])) == [(1, large), (1, B)]


def test_the_reason_holds_nothing_of_the_text() -> None:
    ((_, found),) = read('{"email": "secret@example.com" ')
    assert isinstance(found, NotRead)
    assert "secret" not in found.reason
