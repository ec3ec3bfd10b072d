"""`winback up` is killed at random moments with e-mails on their way out: none is lost, and nobody gets two."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import pytest

from command_line import Up, running, until
from kills.shop import Clients, Shop
from smtp_server import Accepted, SmtpServer
from winback.adapters.local.mailer_smtp import SEND_WINDOW

pytestmark = pytest.mark.xdist_group("kills")
SEED: Final = 20260610
USERS: Final = 1_000
KILLS: Final = 30
KILLS_IN_FLIGHT: Final = 24
USERS_A_LIFE: Final = 32
LONGEST_LIFE_SECONDS: Final = 60.0
LONGEST_START_SECONDS: Final = 1.0
LONGEST_IN_FLIGHT_SECONDS: Final = 0.03
LONGEST_ACCEPT_SECONDS: Final = 0.03


@dataclass(frozen=True)
class Kill:
    """What was under way: as the server counts it, and as the store has it afterwards."""

    in_flight: int
    claimed: set[str]


@dataclass(frozen=True)
class Ending:
    """How it stands when all is worked off; `accepted` counts what the server took, by the e-mail's id."""

    shop: Shop
    users: list[str]
    kills: list[Kill]
    accepted: Counter[str]


@pytest.fixture(scope="module")
def over_smtp(tmp_path_factory: pytest.TempPathFactory) -> Ending:
    dice = random.Random(SEED)
    with slow_server(dice) as server:
        env = {"WINBACK_SENDER": "smtp", "WINBACK_SMTP_URL": server.url(), "WINBACK_SEND_WINDOW": str(SEND_WINDOW)}
        shop = Shop(tmp_path_factory.mktemp("smtp") / "data", env)
        in_flight = dice.sample([True] * KILLS_IN_FLIGHT + [False] * (KILLS - KILLS_IN_FLIGHT), KILLS)
        with Clients(shop.folder, USERS, SEED) as clients:
            kills = [killed_over_smtp(shop, clients, server, dice, flying) for flying in in_flight]
            clients.put_all()
        with running(shop.folder, env=env):
            shop.come_to_rest()
        accepted = Counter(letter.message_id.strip("<>").split("@")[0] for letter in server.accepted)
    return Ending(shop, clients.ids, kills, accepted)


@contextmanager
def slow_server(dice: random.Random) -> Iterator[SmtpServer]:
    """Takes its time before it takes a letter, and again before it says so: the client may die in both."""

    async def pause(_: Accepted) -> None:
        await asyncio.sleep(dice.uniform(0, LONGEST_ACCEPT_SECONDS))

    with SmtpServer(before_accept=pause, after_accept=pause) as server:
        yield server


def killed_over_smtp(shop: Shop, clients: Clients, server: SmtpServer, dice: random.Random, flying: bool) -> Kill:
    """One life: while letters are in flight it ends within a few milliseconds, else at any moment of its start."""
    up = Up(shop.folder, env=shop.env)
    try:
        clients.put(USERS_A_LIFE)
        if flying:
            until(lambda: server.in_flight, LONGEST_LIFE_SECONDS)
        time.sleep(dice.uniform(0, LONGEST_IN_FLIGHT_SECONDS if flying else LONGEST_START_SECONDS))
        in_flight = server.in_flight
    finally:
        up.stop(signal.SIGKILL)
    server.wait_until(lambda: server.open_connections == 0, LONGEST_LIFE_SECONDS)
    return Kill(in_flight, shop.emails("SENDING"))


def test_most_kills_hit_letters_in_flight(over_smtp: Ending) -> None:
    assert len(over_smtp.kills) == KILLS
    assert sum(kill.in_flight > 0 for kill in over_smtp.kills) >= 20


def test_no_change_is_lost_when_killed(over_smtp: Ending) -> None:
    assert sorted(over_smtp.shop.values("SELECT user_id FROM contacts")) == sorted(over_smtp.users)
    decided = "SELECT user_id FROM decisions WHERE verdict = 'MAIL' ORDER BY user_id"
    assert over_smtp.shop.values(decided) == sorted(over_smtp.users)


def test_nobody_gets_two_emails_when_killed(over_smtp: Ending) -> None:
    assert max(over_smtp.accepted.values()) == 1
    assert len(set(over_smtp.shop.values("SELECT user_id FROM emails"))) == USERS


def test_every_decision_to_mail_is_sent_or_stands_in_doubt_when_killed(over_smtp: Ending) -> None:
    sent, unsure = over_smtp.shop.emails("SENT"), over_smtp.shop.emails("UNSURE")
    assert sent | unsure == set(over_smtp.shop.values("SELECT decision_id FROM decisions WHERE verdict = 'MAIL'"))
    assert sent <= set(over_smtp.accepted)
    assert set(over_smtp.accepted) <= sent | unsure


def test_only_what_was_claimed_when_killed_stands_in_doubt(over_smtp: Ending) -> None:
    assert max(len(kill.claimed) for kill in over_smtp.kills) <= SEND_WINDOW
    assert over_smtp.shop.emails("UNSURE") <= set().union(*(kill.claimed for kill in over_smtp.kills))


def test_of_what_stands_in_doubt_some_was_taken_and_some_was_not(over_smtp: Ending) -> None:
    unsure = over_smtp.shop.emails("UNSURE")
    assert unsure & set(over_smtp.accepted)
    assert unsure - set(over_smtp.accepted)


def test_a_kill_makes_no_dead_letters(over_smtp: Ending) -> None:
    assert over_smtp.shop.values("SELECT reason FROM messages WHERE state = 'dead'") == []


USERS_BY_FOLDER: Final = 180
KILLS_BY_FOLDER: Final = 6


@pytest.fixture(scope="module")
def by_folder(tmp_path_factory: pytest.TempPathFactory) -> Ending:
    dice = random.Random(SEED)
    shop = Shop(tmp_path_factory.mktemp("folder") / "data")
    with Clients(shop.folder, USERS_BY_FOLDER, SEED) as clients:
        kills = [killed_by_folder(shop, clients, dice) for _ in range(KILLS_BY_FOLDER)]
        clients.put_all()
    with running(shop.folder):
        shop.come_to_rest()
    return Ending(shop, clients.ids, kills, Counter(letters(shop)))


def killed_by_folder(shop: Shop, clients: Clients, dice: random.Random) -> Kill:
    """One life: it ends a few milliseconds after its first letter."""
    before = len(letters(shop))
    up = Up(shop.folder)
    try:
        clients.put(USERS_BY_FOLDER // KILLS_BY_FOLDER)
        until(lambda: len(letters(shop)) > before, LONGEST_LIFE_SECONDS)
        time.sleep(dice.uniform(0, LONGEST_IN_FLIGHT_SECONDS))
    finally:
        up.stop(signal.SIGKILL)
    return Kill(0, shop.emails("SENDING"))


def letters(shop: Shop) -> list[str]:
    return [path.stem for path in (shop.folder / "outbox").glob("*.eml")]


def test_the_folder_sender_is_never_in_doubt_when_killed(by_folder: Ending) -> None:
    assert any(kill.claimed for kill in by_folder.kills)
    assert by_folder.shop.emails("UNSURE") == set()


def test_the_folder_has_exactly_one_letter_for_each_user_when_killed(by_folder: Ending) -> None:
    owners = by_folder.shop.values("SELECT user_id FROM emails WHERE status = 'SENT'")
    assert sorted(owners) == sorted(by_folder.users)
    assert set(by_folder.accepted) == by_folder.shop.emails("SENT")
