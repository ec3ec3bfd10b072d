"""`users put` and `orders put`: what is taken, what is refused, and how that is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from builders import an_item, an_order_item
from command_line import Ran, winback

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def put(folder: Path, given: object, *args: object, noun: str = "users", stdin: str = "") -> Ran:
    text = json.dumps(given) if isinstance(given, dict | list) else given
    return winback(noun, "put", text, "--data-dir", folder, *args, stdin=stdin)


def shown(folder: Path, user_id: str) -> dict[str, Any]:
    found: dict[str, Any] = winback("users", "show", user_id, "--json", "--data-dir", folder).json
    return found


def test_the_runbooks_item_is_taken_as_it_stands(folder: Path) -> None:
    ran = put(folder, (DATA / "test-user-8.json").read_text())
    assert (ran.code, ran.out, ran.err) == (0, "put 1 client\n", "")
    assert shown(folder, "test-user-8")["engagementScore"] == 30


def test_what_is_shown_as_json_is_what_was_put(folder: Path) -> None:
    put(folder, an_item())
    assert shown(folder, "u-1") == an_item()


@pytest.mark.parametrize("form", ["array", "lines", "file", "piped"])
def test_many_come_as_array_lines_file_or_piped(folder: Path, tmp_path: Path, form: str) -> None:
    items = [an_item(userId=f"u-{n}") for n in range(3)]
    lines = "\n".join(map(json.dumps, items))
    file = tmp_path / "users.jsonl"
    file.write_text(lines)
    given = {"array": items, "lines": lines, "file": file, "piped": "-"}[form]
    ran = put(folder, given, "--json", stdin=lines)
    assert (ran.code, ran.json) == (0, {"put": 3, "refused": 0})
    assert all(shown(folder, f"u-{n}") for n in range(3))


def test_more_than_a_batch_is_put_whole(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "users.jsonl"
    file.write_text("\n".join(json.dumps(an_item(userId=f"u-{n}")) for n in range(2_101)))
    assert put(folder, file).out == "put 2,101 clients\n"
    assert shown(folder, "u-2100")


def test_an_invalid_row_is_refused_with_line_id_field_and_reason_and_the_rest_is_put(folder: Path) -> None:
    rows = [an_item(userId="u-1"), an_item(userId="u-2", email=None, orderCount=-1), an_item(userId="u-3")]
    ran = put(folder, "\n".join(map(json.dumps, rows)), "--json")
    assert (ran.code, ran.json) == (1, {"put": 2, "refused": 1})
    refused, summary = ran.err.splitlines()
    assert refused == "line 2: client u-2: orderCount must not be negative; email is missing"
    assert summary == "winback: 1 row refused for the reasons above, 2 put: mend and put them again"


def test_a_refused_row_never_shows_an_id_or_value_that_breaks_the_rules(folder: Path) -> None:
    ran = put(folder, an_item(userId="ada@example.com", email="not an address"))
    assert ran.code == 1
    assert ran.err.startswith("line 1: email is no e-mail address; userId must be 1 to 128")
    assert "ada@" not in ran.err
    assert "not an" not in ran.err


@pytest.mark.parametrize("user_id", ["ada.example.com", "c-ada-example-com", "ADA.at.example.com"])
def test_an_id_that_holds_the_rows_own_address_is_refused(folder: Path, user_id: str) -> None:
    ran = put(folder, an_item(userId=user_id, email="ada@example.com"))
    assert ran.code == 1
    assert ran.err.startswith("line 1: userId holds the client's own address")
    assert user_id not in ran.err


def test_an_id_that_holds_the_rows_own_phone_number_is_refused(folder: Path) -> None:
    assert put(folder, {**an_item(userId="c-4917012345"), "phone": "+49 170 12345"}).code == 1
    assert put(folder, {**an_item(userId="4917012345"), "phone": "+49 170 12345"}).code == 0  # digits alone


def test_an_unknown_field_is_named_once_and_left_out(folder: Path) -> None:
    rows = [{**an_item(userId=f"u-{n}"), "loyaltyTier": "gold"} for n in range(3)]
    ran = put(folder, rows)
    assert (ran.code, ran.err) == (0, "field 'loyaltyTier' is not known: left out\n")
    assert "loyaltyTier" not in shown(folder, "u-0")


def test_many_unknown_fields_do_not_flood_the_screen(folder: Path) -> None:
    ran = put(folder, {**an_item(), **{f"x{n}": 1 for n in range(500)}})
    assert ran.code == 0
    assert 1 <= len(ran.err.splitlines()) <= 20


def test_no_json_at_all_is_refused_by_its_line(folder: Path) -> None:
    ran = put(folder, "-", stdin="nonsense\n")
    assert ran.code == 1
    assert ran.err.startswith("line 1: is no JSON")


def test_a_file_that_is_not_there_is_told_in_one_line(folder: Path) -> None:
    assert put(folder, "/no/such/file").err == "winback: cannot use /no/such/file: No such file or directory\n"


def test_an_order_is_taken_and_counts(folder: Path) -> None:
    put(folder, an_item())
    ran = put(folder, [an_order_item(), an_order_item(orderId="o-2", status="returned")], noun="orders")
    assert (ran.code, ran.out) == (0, "put 2 orders\n")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"value": -1}, "value must not be negative"),
        ({"value": None}, "value is missing"),
        ({"status": "lost"}, "status must be one of placed, returned, cancelled"),
        ({"orderedAt": "yesterday"}, "orderedAt must be an ISO-8601 date"),
        ({"orderedAt": "2999-01-01T00:00:00Z"}, "orderedAt lies more than a day ahead"),
        ({"userId": "a b"}, "userId must be 1 to 128"),
    ],
)
def test_an_invalid_order_is_refused_with_field_and_reason(folder: Path, change: dict[str, Any], reason: str) -> None:
    ran = put(folder, an_order_item(**change), noun="orders")
    assert ran.code == 1
    assert ran.err.startswith(f"line 1: order o-1: {reason}")
