import json

import pytest

from winback.cli.output import clean, count, say_json_list, say_table


def test_a_list_is_one_json_document_with_an_entry_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    say_json_list([{"a": 1}, {"b": "é"}])
    out = capsys.readouterr().out
    assert json.loads(out) == [{"a": 1}, {"b": "é"}]
    assert out.count("\n") == 3


def test_a_table_is_as_wide_as_its_cells(capsys: pytest.CaptureFixture[str]) -> None:
    say_table(("ID", "NAME"), [("client-1", None), ("c", "two\nlines")], empty="none")
    assert capsys.readouterr().out == "ID        NAME\nclient-1\nc         two lines\n"


@pytest.mark.parametrize("odd", ["\x1b[2J", "\x07", "\x9b31m", "a\rb", "\x00"])
def test_nothing_that_is_printed_commands_the_terminal(odd: str) -> None:
    assert clean(odd) != odd
    assert not {"\x1b", "\x07", "\x9b", "\r", "\x00"} & set(clean(odd))


def test_a_count_says_when_counting_stopped() -> None:
    assert [count(1, "client"), count(1_200, "client")] == ["1 client", "1,200 clients"]
    assert count(1_000, "client", 1_000) == "1,000 or more clients"
