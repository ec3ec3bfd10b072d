"""From the commit that puts a client to the e-mail that lies in the outbox, on an idle system."""

import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from statistics import median
from typing import Final

import pytest

from builders import a_user
from command_line import Up, running, until
from kills.shop import Shop
from winback.adapters.local.store import LocalStore
from winback.ports import Put

pytestmark = pytest.mark.xdist_group("processes")
TIMES: Final = 9
MOST_SECONDS: Final = 1.0


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("latency") / "data")


@pytest.fixture
def up(shop: Shop) -> Iterator[Up]:
    with running(shop.folder) as up:
        yield up


def has_sent(shop: Shop, emails: int) -> bool:
    return len(shop.emails("SENT")) == emails


def test_a_put_client_has_the_email_well_within_a_second(shop: Shop, up: Up) -> None:
    seconds = []
    with closing(LocalStore.open(shop.folder)) as store:
        for number in range(TIMES):
            user = a_user(user_id=f"u-{number}", email=f"u-{number}@example.com", engagement_score=30.0)
            put_at = time.perf_counter()
            store.commit(Put(user))
            until(partial(has_sent, shop, number + 1))
            seconds.append(time.perf_counter() - put_at)
            shop.come_to_rest()
    assert median(seconds) < MOST_SECONDS
    assert len(list((shop.folder / "outbox").glob("*.eml"))) == TIMES
