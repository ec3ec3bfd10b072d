"""`winback up --sample`: the first start tells a story, the second says that it was told."""

import re
from pathlib import Path
from typing import Any

import pytest

from command_line import Ran, running, until, winback

pytestmark = pytest.mark.xdist_group("winback-sample")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample") / "data"


@pytest.fixture(scope="module")
def story(folder: Path) -> str:
    with running(folder, "--sample") as up:
        until(lambda: "Look further" in up.out and "status" in up.out.rpartition("Look further")[2])
    return up.out


def listed(folder: Path, *args: object) -> list[dict[str, Any]]:
    ran: Ran = winback(*args, "--json", "--limit", 500, "--data-dir", folder)
    found: list[dict[str, Any]] = ran.json
    return found


def test_the_first_start_says_where_it_is_and_who_sends(story: str, folder: Path) -> None:
    head = story.partition("\n\n")[0]
    assert re.search(r"address +http://127\.0\.0\.1:\d+/health", head)
    assert f"files in {folder}/outbox, nothing leaves this machine" in head
    assert "sending   on" in head
    assert "house copy; no model is asked" in head
    assert "200 made-up clients loaded" in head


def test_everyone_at_risk_is_told_of_with_name_score_and_what_was_decided(story: str, folder: Path) -> None:
    at_risk = listed(folder, "users", "list", "--at-risk")
    assert len(at_risk) > 30
    for user in at_risk:
        told = re.search(rf"^{re.escape(user['name'])} \({user['userId']}\)  (\d+) of 100 — .+\n    (.+)$", story, re.M)
        assert told, user["userId"]
        assert int(told[1]) == int(user["contact"]["score"])
        assert told[2].startswith(("e-mailed → ", "held out: ", "held: "))


def test_every_email_lies_where_the_story_says(story: str, folder: Path) -> None:
    sent = listed(folder, "emails", "list", "--status", "SENT")
    places = re.findall(r"e-mailed → (.+)", story)
    assert sorted(places) == sorted(email["place"] for email in sent)
    assert all(Path(place).exists() for place in places)


def test_the_summary_adds_up(story: str, folder: Path) -> None:
    at_risk = listed(folder, "users", "list", "--at-risk")
    numbers = [int(number) for number in re.findall(r"^ +(\d+) (?:e-mailed|held)", story, re.M)]
    assert f"200 made-up clients looked at, {len(at_risk)} at risk:" in story
    assert sum(numbers) == len(at_risk)
    week = len(listed(folder, "users", "list", "--due-within", "8d"))
    assert f"{week} more in the next 7 days" in story


def test_without_a_terminal_there_are_no_colours(story: str) -> None:
    assert "\x1b" not in story


def test_a_second_start_says_that_the_sample_is_there_and_mails_nobody(story: str, folder: Path) -> None:
    before = listed(folder, "emails", "list")
    with running(folder, "--sample") as up:
        assert "sample    the made-up clients are there already" in up.out
    assert "at risk" not in up.out
    assert listed(folder, "emails", "list") == before


def test_a_store_with_other_clients_gets_no_sample(tmp_path: Path) -> None:
    winback("users", "put", '{"userId": "c-1", "email": "ada@example.com"}', "--data-dir", tmp_path)
    with running(tmp_path, "--sample") as up:
        assert "sample    not loaded: the store holds other clients" in up.out
