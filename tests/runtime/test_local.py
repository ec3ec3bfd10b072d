"""The local runner: a turn is one transaction, one faulty message is one faulty message, and no fault ends it."""

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, an_event
from command_line import until
from runtime.runners import SECRET, Bench, GatedMailer, a_bench, at_risk, faulty
from winback.adapters.clock import SystemClock
from winback.adapters.local.topic import LocalTopic
from winback.domain.errors import Retryable
from winback.domain.event import EventType
from winback.domain.instant import iso
from winback.pipeline import EMAIL_QUEUE, queues
from winback.runtime.local import BODIES_KEPT_DAYS, KEPT_DAYS, PUT_BACK_FOR, VISIBLE_AFTER


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with a_bench(tmp_path / "data") as bench:
        yield bench


def test_a_put_client_goes_through_every_arrow_and_its_message_is_done(bench: Bench) -> None:
    bench.put(at_risk("u-1"))
    bench.turn_until(lambda: bench.column("SELECT state FROM messages") == ["done"])
    of_the_client = [line.step for line in bench.told if line.event.type is EventType.USER_CREATED]
    assert of_the_client == ["relay", "decide", "write", "deliver"]
    assert bench.mailed() == ["u-1"]


def test_when_there_is_nothing_to_do_a_turn_says_so(bench: Bench) -> None:
    bench.put(at_risk("u-1"))
    assert bench.runner.turn()
    bench.turn_until(lambda: not bench.runner.turn())


def test_one_faulty_message_holds_up_no_other(bench: Bench) -> None:
    bench.put(at_risk("u-1"), faulty("u-2"), at_risk("u-3"))
    bench.turn_until(lambda: bench.mailed() == ["u-1", "u-3"])


def test_a_message_that_fails_is_put_back_and_succeeds_once_the_fault_is_mended(bench: Bench) -> None:
    bench.put(faulty("u-1"))
    bench.turn_until(lambda: bench.composer.asked)
    bench.turn_until(lambda: not bench.runner.turn())
    bench.composer.mended = True
    bench.clock.advance(PUT_BACK_FOR)
    bench.turn_until(lambda: bench.mailed() == ["u-1"])
    assert bench.local.topic.dead_letters() == []


def fail_for_good(bench: Bench) -> None:
    bench.put(faulty("u-1"))

    def dead_after_a_while() -> bool:
        bench.clock.advance(PUT_BACK_FOR)
        return bool(bench.local.topic.dead_letters())

    bench.turn_until(dead_after_a_while)


def test_a_message_that_fails_three_times_is_a_dead_letter_with_its_reason(bench: Bench) -> None:
    fail_for_good(bench)
    (letter,) = bench.local.topic.dead_letters()
    assert re.fullmatch(r"write: RuntimeError in \w+\.py:\d+", letter.reason)
    assert bench.column("SELECT receives FROM messages") == [3]


def test_the_text_of_a_fault_is_neither_in_the_dead_letters_nor_in_the_log(bench: Bench) -> None:
    fail_for_good(bench)
    bench.runner.stop()
    written = [path.read_bytes() for path in bench.local.folder.rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in content for content in written)
    assert any(b"RuntimeError" in content for content in written)


def test_what_cannot_be_put_back_now_is_put_back_later(bench: Bench) -> None:
    bench.local.store.do(lambda writer: writer.execute("PRAGMA busy_timeout = 10"))
    with closing(sqlite3.connect(bench.local.store.path, isolation_level=None)) as other:
        # The first time it is asked inside the turn's own transaction, which holds the lock itself.
        bench.composer.on_fault = lambda: bench.composer.asked == 2 and other.execute("BEGIN IMMEDIATE")
        bench.put(faulty("u-1"))
        bench.turn_until(lambda: other.in_transaction)
        with pytest.raises(Retryable):
            bench.runner.turn()
        other.execute("ROLLBACK")

    bench.composer.mended = True
    bench.runner.turn()
    bench.clock.advance(PUT_BACK_FOR)
    bench.turn_until(lambda: bench.mailed() == ["u-1"])


def test_a_full_disk_is_told_and_the_runner_goes_on_when_there_is_room(bench: Bench) -> None:
    store, users = bench.local.store, [f"u-{number:03}" for number in range(300)]
    bench.runner.start()
    ((pages,),) = store.do(lambda writer: writer.execute("PRAGMA page_count").fetchall())
    store.do(lambda writer: writer.execute(f"PRAGMA max_page_count = {pages}"))
    with closing(sqlite3.connect(store.path)) as other, other:
        other.executemany("INSERT INTO users (user_id, email) VALUES (?, 'x@example.com')", [[user] for user in users])
    until(lambda: bench.runner.fault)
    assert isinstance(bench.runner.fault, Retryable)

    store.do(lambda writer: writer.execute("PRAGMA max_page_count = 1000000"))
    until(lambda: bench.column("SELECT user_id FROM contacts ORDER BY user_id") == users)
    until(lambda: bench.runner.fault is None)


def test_what_a_dead_process_had_in_work_is_taken_back_and_counts_for_nothing(bench: Bench) -> None:
    event = an_event(type=EventType.USER_CREATED)
    of_the_dead = LocalTopic(bench.local.store, queues(), "a process that died")
    of_the_dead.publish([event], NOW)
    for _ in range(2):
        assert of_the_dead.receive(EMAIL_QUEUE, 1, NOW, timedelta(seconds=-1))
    assert of_the_dead.receive(EMAIL_QUEUE, 1, NOW, VISIBLE_AFTER)

    bench.runner.start()
    until(lambda: bench.column("SELECT state FROM messages") == ["done"])
    assert bench.column("SELECT receives FROM messages") == [3]


def test_stopping_ends_what_is_being_sent_and_leaves_the_rest_for_the_next_start(tmp_path: Path) -> None:
    mailer = GatedMailer()
    with a_bench(tmp_path / "data", mailer, window=1) as bench:
        bench.put(at_risk("u-1"), at_risk("u-2"), at_risk("u-3"))
        bench.runner.start()
        assert mailer.at_the_gate.wait(20)
        stopping = threading.Thread(target=bench.runner.stop)
        stopping.start()
        until(lambda: "runner" not in [thread.name for thread in threading.enumerate()])
        mailer.gate.set()
        stopping.join()
        assert len(bench.mailed()) == 1
    with a_bench(tmp_path / "data") as bench:
        bench.runner.start()
        until(lambda: bench.mailed() == ["u-1", "u-2", "u-3"])


def test_a_message_for_later_is_taken_when_its_time_comes(tmp_path: Path) -> None:
    with a_bench(tmp_path / "data") as bench:
        clock = SystemClock()
        bench.clock.now = clock.now  # type: ignore[method-assign]  # the runner's sleep is in real seconds
        bench.runner.start()
        event = an_event(type=EventType.USER_DUE, user_id="invalid-1", event_id="later")
        bench.local.topic.publish([event], clock.now() + timedelta(seconds=0.3))
        until(lambda: bench.column("SELECT state FROM messages") == ["done"])


def test_what_is_old_is_pruned_while_the_runner_rests(bench: Bench) -> None:
    old, very_old = NOW - timedelta(days=KEPT_DAYS + 1), NOW - timedelta(days=BODIES_KEPT_DAYS + 1)
    log = bench.local.folder / "logs" / f"winback-{iso(old - timedelta(days=1))[:10]}.jsonl"
    log.touch()
    bench.put(at_risk("u-1"))
    bench.turn_until(lambda: bench.column("SELECT state FROM messages") == ["done"])
    bench.turn_until(lambda: not bench.runner.turn())
    bench.local.store.execute("UPDATE changes SET at = ?", iso(old))
    bench.local.store.execute("UPDATE messages SET ended_at = ?", iso(old))
    bench.local.store.execute("UPDATE bodies SET created_at = ?", iso(very_old))

    bench.runner.start()
    count = "SELECT (SELECT count(*) FROM changes) + (SELECT count(*) FROM messages) + (SELECT count(*) FROM bodies)"
    until(lambda: bench.column(count) == [0])
    until(lambda: not log.exists())
    assert bench.mailed() == ["u-1"]
