import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from builders import a_user
from winback import __version__
from winback.acts.switching import pause
from winback.api.app import app_of
from winback.bootstrap import Local, local
from winback.ports import Put
from winback.settings import Settings


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Local]:
    opened = local(Settings(data_dir=tmp_path / "data"))
    yield opened
    opened.close()


def asked(opened: Local, path: str = "/health", fault: BaseException | None = None) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app_of(opened, lambda: fault))
        async with httpx.AsyncClient(transport=transport, base_url="http://winback.example") as client:
            return await client.get(path)

    return asyncio.run(ask())


def health(opened: Local, fault: BaseException | None = None) -> Any:
    return asked(opened, fault=fault).json()


def test_health_names_version_runtime_and_every_dependency(opened: Local) -> None:
    answer = asked(opened)
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "version": __version__,
        "runtime": "local",
        "dependencies": {
            "store": {"status": "ok"},
            "queue": {"status": "ok", "waiting": 0, "inWork": 0, "dead": 0},
            "composer": {"status": "ok", "remote": False},
            "sender": {"status": "ok", "kind": "folder"},
        },
        "sending": {"on": True},
    }


def test_a_pause_is_told_without_what_the_operator_wrote_and_is_no_failure(opened: Local) -> None:
    pause(opened.world, "anna", "stock-taking", opened.world.clock.now())
    answer = asked(opened)
    assert answer.status_code == 200
    assert answer.json()["sending"] == {"on": False}
    assert "stock-taking" not in answer.text
    assert "anna" not in answer.text


def test_health_is_found_out_beside_the_event_loop_and_in_one_thread(
    opened: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    def seen(_: datetime) -> None:
        threads.append(threading.get_ident())

    async def ask_often() -> None:
        transport = httpx.ASGITransport(app_of(opened, lambda: None))
        async with httpx.AsyncClient(transport=transport, base_url="http://winback.example") as client:
            await asyncio.gather(*[client.get("/health") for _ in range(20)])

    monkeypatch.setattr(opened.world.mailer, "ill_until", seen)
    asyncio.run(ask_often())
    assert len(threads) == 20
    assert len(set(threads)) == 1
    assert threading.get_ident() not in threads


def test_a_runner_that_cannot_work_is_a_503_that_tells_the_type_of_the_fault_alone(opened: Local) -> None:
    answer = asked(opened, fault=OSError("secret@example.com: no space left on device"))
    assert answer.status_code == 503
    assert answer.json()["status"] == "failing"
    assert answer.json()["why"] == "Winback cannot work: OSError; see `winback logs`"
    assert "secret" not in answer.text


def test_a_store_that_cannot_be_read_is_a_503(opened: Local) -> None:
    opened.store.execute("DROP TABLE switches")
    answer = asked(opened)
    assert answer.status_code == 503
    assert answer.json()["dependencies"]["store"] == {"status": "failing"}
    assert answer.json()["why"] == "Winback cannot work: OperationalError; see `winback logs`"


def test_a_sender_that_is_ill_is_told_without_its_words(opened: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    now = opened.world.clock.now()
    monkeypatch.setattr(opened.world.mailer, "ill_until", lambda _: (now + timedelta(minutes=1), "secret words"))
    sender = health(opened)["dependencies"]["sender"]
    assert (sender["status"], sender["kind"]) == ("failing", "folder")
    assert sender["nextTryAt"] > now.isoformat()[:19]
    assert "secret" not in asked(opened).text


def test_health_holds_nothing_of_a_client(opened: Local) -> None:
    opened.store.commit(Put(a_user(user_id="u-secret", email="secret@example.com", name="Secret Name")))
    assert "ecret" not in asked(opened).text


def test_the_contract_is_published_and_nothing_is_loaded_from_elsewhere(opened: Local) -> None:
    contract = asked(opened, "/openapi.json").json()
    assert list(contract["paths"]) == ["/health"]
    assert set(contract["paths"]["/health"]["get"]["responses"]) >= {"200", "503"}
    assert asked(opened, "/docs").status_code == 404
    assert "oldestAt" in json.dumps(contract)
