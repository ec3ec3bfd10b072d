"""The sweep finds the contacts whose instant has come among all the others, which it must not touch."""

import shutil
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from benchmarks import plain
from benchmarks.measured import Measured, Place
from winback.adapters.local.store import FILE_NAME
from winback.bootstrap import local
from winback.domain.instant import iso
from winback.domain.policy import Policy
from winback.settings import Settings
from winback.steps.sweep import sweep

ONE_IN: Final = 200
PLAIN_FILE: Final = "plain.db"
_CONTACTS: Final = """
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :size)
INSERT INTO contacts (user_id, since, score, score_is_given, at_risk, risk_date, line, due_at, due_for, verdict, number,
    attempts, version)
SELECT printf('user-%07d', n), :past, 70, 0, 0, date(:now, '+' || (n % 365 + 1) || ' days'), :line,
    CASE n % :one_in WHEN 0 THEN :past ELSE strftime('%Y-%m-%dT%H:%M:%fZ', :now, '+' || (n % 365 + 1) || ' days') END,
    'CROSSING', 'HOLD', 1, 0, 1
FROM numbers
"""


def prepare(place: Place) -> None:
    """A store with the contacts; and apart from it a plain table of the same rows, with the one index that is asked."""
    local(Settings(data_dir=place.shared)).close()
    now = datetime.now(UTC)
    values = {"size": place.size, "one_in": ONE_IN, "line": Policy().line, "now": iso(now)}
    database = sqlite3.connect(place.shared / FILE_NAME, isolation_level=None)
    database.execute(_CONTACTS, values | {"past": iso(now - timedelta(hours=1))})
    database.execute("ATTACH ? AS plain", (str(place.shared / PLAIN_FILE),))
    database.execute("CREATE TABLE plain.contacts AS SELECT * FROM main.contacts")
    database.execute("CREATE INDEX plain.contacts_due ON contacts (due_at)")
    database.close()


def ours(place: Place) -> Measured:
    for path in place.shared.iterdir():
        shutil.copy(path, place.own)
    shop = local(Settings(data_dir=place.own))
    now, told = datetime.now(UTC), 0
    started = time.perf_counter()
    while True:
        with shop.store.transaction():
            swept = sweep(shop.world, now)
        told += swept.told
        if not swept.told:
            break
    seconds = time.perf_counter() - started
    shop.close()
    return Measured(told, seconds, {"rows_written": _written(place)})


def yardstick(place: Place) -> Measured:
    shutil.copy(place.shared / PLAIN_FILE, place.own)
    database = plain.connection(place.own / PLAIN_FILE)
    now = iso(datetime.now(UTC))
    started = time.perf_counter()
    update = "UPDATE contacts SET due_at = NULL, swept_at = ?, version = version + 1 WHERE due_at <= ?"
    touched = database.execute(update, (now, now)).rowcount
    return Measured(touched, time.perf_counter() - started, {"rows_written": touched})


def _written(place: Place) -> int:
    """Contacts changed and changes told of. Raises RuntimeError unless it was each contact that was due, once."""
    database = sqlite3.connect(place.own / FILE_NAME)
    ((contacts,),) = database.execute("SELECT count(*) FROM contacts WHERE version <> 1")
    ((changes,),) = database.execute("SELECT count(*) FROM changes")
    if contacts != place.size // ONE_IN or changes != contacts:
        raise RuntimeError(f"{contacts} contacts were swept and {changes} told of, not {place.size // ONE_IN}")
    return int(contacts + changes)
