"""Ten processes put the same client, or clients with the same address, at the same instant: one e-mail goes out."""

import email
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from command_line import Up, running, until, winback
from kills.shop import Shop
from processes.at_once import at_once

pytestmark = pytest.mark.xdist_group("processes")
PROCESSES: Final = 10
TEST_USER_8: Final = Path(__file__).parents[1] / "data" / "test-user-8.json"
PREPARE: Final = "import winback.bootstrap, winback.cli.users\nfrom winback.cli.main import main"
PUT_TEN_TIMES: Final = "for _ in range(10): assert main(['users', 'put', sys.argv[2], '--data-dir', sys.argv[1]]) == 0"
PUT: Final = "assert main(['users', 'put', sys.argv[2], '--data-dir', sys.argv[1]]) == 0"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("writers") / "data")


@pytest.fixture(scope="module", autouse=True)
def up(shop: Shop) -> Iterator[Up]:
    with running(shop.folder) as up:
        yield up


def an_item(**changes: Any) -> dict[str, Any]:
    return {
        "userId": "u",
        "email": "u@example.com",
        "orderCount": 5,
        "lastOrderDate": "2026-01-01T00:00:00.000Z",
        "engagementScore": 30,
        **changes,
    }


def spellings(name: str) -> list[str]:
    """Five ways to write one mailbox."""
    return [
        f"maja.{name}@gmail.com",
        f"Maja.{name.title()}@GMAIL.com",
        f"maja{name}@gmail.com",
        f"m.a.j.a.{name}+shop@gmail.com",
        f"maja{name}@googlemail.com",
    ]


def letters_to(shop: Shop, *addresses: str) -> list[str]:
    letters = (email.message_from_bytes(path.read_bytes()) for path in (shop.folder / "outbox").glob("*.eml"))
    return [letter["To"] for letter in letters if letter["To"] in addresses]


def verdicts(shop: Shop, prefix: str) -> dict[str, tuple[str, str | None]]:
    """Of each client whose id begins so: the last verdict, and its reasons as the store keeps them."""
    rows = shop.rows(f"SELECT user_id, verdict, why FROM contacts WHERE user_id GLOB '{prefix}*'")
    return {user_id: (verdict, why) for user_id, verdict, why in rows}


def put_by_ten(shop: Shop, prefix: str) -> list[str]:
    """Fifty clients whose address is one in five spellings, five by each process; gives their ids."""
    ids = [f"{prefix}-{number}" for number in range(5 * PROCESSES)]
    items = [an_item(userId=user_id, email=spellings(prefix)[at % 5]) for at, user_id in enumerate(ids)]
    at_once(PREPARE, PUT, [(shop.folder, json.dumps(items[at::PROCESSES])) for at in range(PROCESSES)])
    until(lambda: len(verdicts(shop, prefix)) == len(ids))
    return ids


def test_a_client_put_a_hundred_times_by_ten_processes_gets_one_email(shop: Shop) -> None:
    at_once(PREPARE, PUT_TEN_TIMES, [(shop.folder, TEST_USER_8)] * PROCESSES)
    shop.come_to_rest()

    assert letters_to(shop, "test8@example.com") == ["test8@example.com"]
    assert shop.values("SELECT verdict FROM decisions WHERE user_id = 'test-user-8'").count("MAIL") == 1
    assert shop.values("SELECT status FROM emails WHERE user_id = 'test-user-8'") == ["SENT"]


def test_fifty_clients_with_one_address_put_by_ten_processes_get_one_email(shop: Shop) -> None:
    ids = put_by_ten(shop, "berg")
    shop.come_to_rest()

    mailed = shop.values("SELECT user_id FROM decisions WHERE user_id GLOB 'berg*' AND verdict = 'MAIL'")
    assert len(mailed) == 1
    assert len(letters_to(shop, *spellings("berg"))) == 1
    others = verdicts(shop, "berg")
    assert sorted(others) == sorted(ids)
    assert {others[user_id][0] for user_id in ids if user_id not in mailed} == {"HOLD"}
    told = [str(others[user_id][1]) for user_id in ids if user_id not in mailed]
    assert all(f"turn of client {mailed[0]}," in why for why in told), "each says whose turn it is, or was"


def test_while_one_waits_the_others_with_its_address_say_whose_turn_it_is(shop: Shop) -> None:
    assert winback("pause", "--data-dir", shop.folder).code == 0
    ids = put_by_ten(shop, "falk")
    (chosen,) = shop.values("SELECT user_id FROM decisions WHERE user_id GLOB 'falk*' AND verdict = 'MAIL'")
    told = verdicts(shop, "falk")
    assert winback("resume", "--data-dir", shop.folder).code == 0
    shop.come_to_rest()

    words = f"it is the turn of client {chosen}, who shares the address"
    assert [user_id for user_id in ids if words in str(told[user_id][1])] == [each for each in ids if each != chosen]
    assert len(letters_to(shop, *spellings("falk"))) == 1


def test_a_second_runner_in_the_folder_is_refused_in_one_line(shop: Shop, up: Up) -> None:
    second = winback("up", "--port", up.port, "--data-dir", shop.folder)
    assert (second.code, second.out) == (1, "")
    assert second.err.startswith("winback: another `winback up` (process ")
    assert second.err.count("\n") == 1
    assert up.running
