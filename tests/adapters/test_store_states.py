"""An e-mail's states are guarded in the file itself: by hand nobody can take one where it may not go."""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from builders import an_email
from winback.adapters.local.rows import EMAILS
from winback.adapters.local.store import FILE_NAME, LocalStore
from winback.domain.email import TRANSITIONS, EmailStatus
from winback.ports import Add

PAIRS = [(before, after) for before, after in itertools.product(EmailStatus, repeat=2) if before is not after]


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Any other program's connection to a store with one e-mail in each state."""
    folder = tmp_path_factory.mktemp("states") / "data"
    with closing(LocalStore.open(folder)) as store:
        for status in EmailStatus:
            store.commit(Add(an_email(email_id=f"e-{status}", status=status)))
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def undone(by_hand: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The same, and what the test does to it is undone afterwards."""
    by_hand.execute("BEGIN")
    yield by_hand
    by_hand.execute("ROLLBACK")


def moved(connection: sqlite3.Connection, before: str, after: str) -> bool:
    try:
        connection.execute("UPDATE emails SET status = ? WHERE email_id = ?", (after, f"e-{before}"))
    except sqlite3.IntegrityError:
        return False
    return True


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=lambda status: str(status))
def test_the_file_allows_exactly_the_transitions_of_the_table(
    undone: sqlite3.Connection, before: EmailStatus, after: EmailStatus
) -> None:
    assert moved(undone, before, after) == (after in TRANSITIONS[before])


@pytest.mark.parametrize("status", EmailStatus)
def test_staying_in_a_state_is_no_transition(undone: sqlite3.Connection, status: EmailStatus) -> None:
    assert moved(undone, status, status)


@pytest.mark.parametrize("status", ["", "sent", "DELIVERED", None])
def test_a_state_that_is_none_is_refused(undone: sqlite3.Connection, status: str | None) -> None:
    row = EMAILS.row(an_email(email_id="e-new"))
    row[EMAILS.columns.index("status")] = status
    with pytest.raises(sqlite3.IntegrityError):
        undone.execute(EMAILS.insert, row)


def test_an_email_that_was_sent_cannot_be_replaced_by_a_new_one(undone: sqlite3.Connection) -> None:
    row = EMAILS.row(an_email(email_id="e-SENT"))
    with pytest.raises(sqlite3.IntegrityError, match="never replaced"):
        undone.execute(EMAILS.insert.replace("INSERT", "INSERT OR REPLACE", 1), row)


@pytest.mark.parametrize("table", ["contacts", "decisions"])
def test_a_verdict_that_is_none_is_refused(undone: sqlite3.Connection, table: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        undone.execute(CHECKED[table])


CHECKED = {
    "contacts": "INSERT INTO contacts (user_id, since, score_is_given, at_risk, verdict, number, attempts, version)"
    " VALUES ('u', '', 0, 0, 'PERHAPS', 0, 0, 1)",
    "decisions": "INSERT INTO decisions (decision_id, user_id, verdict, at, number, version)"
    " VALUES ('e', 'u', 'PERHAPS', '', 0, 1)",
}
