"""The yardstick of mailing: one connection, one database, and for each client make, store, send and mark."""

import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any

from benchmarks import plain

_TEXT = """Dear {name},

we have not seen you for a while and kept an eye on {category} for you. Have a look at what is new.

The team
"""
_HTML = "<html><body><p>Dear {name},</p><p>we have not seen you for a while.</p><p>The team</p></body></html>"


class PlainMail:
    """Every store and every mark is a commit of its own, on disk before the loop goes on."""

    def __init__(self, path: Path, server: tuple[str, int]) -> None:
        self._database = plain.connection(path)
        self._database.execute("CREATE TABLE emails (id TEXT PRIMARY KEY, person TEXT, text TEXT, state TEXT, at TEXT)")
        self._smtp = smtplib.SMTP(*server)

    def mail(self, item: dict[str, Any]) -> None:
        message = _message(item)
        row = (message["Message-ID"], item["userId"], message.as_string(), "MADE", datetime.now(UTC).isoformat())
        self._database.execute("INSERT INTO emails VALUES (?, ?, ?, ?, ?)", row)
        self._smtp.send_message(message)
        self._database.execute("UPDATE emails SET state = 'SENT' WHERE id = ?", (row[0],))

    def put(self, item: dict[str, Any]) -> None:
        """The client's own record, for where putting is part of what is measured."""
        self._database.execute("CREATE TABLE IF NOT EXISTS people (id TEXT PRIMARY KEY, email TEXT, name TEXT)")
        row = (item["userId"], item["email"], item["name"])
        self._database.execute("INSERT OR REPLACE INTO people VALUES (?, ?, ?)", row)

    def close(self) -> None:
        self._smtp.quit()
        self._database.close()


def _message(item: dict[str, Any]) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Shop <shop@example.com>"
    message["To"] = item["email"]
    message["Subject"] = f"{item['name']}, we miss you"
    message["Message-ID"] = make_msgid(domain="example.com")
    words = {"name": item["name"], "category": item["preferredCategories"][0]}
    message.set_content(_TEXT.format(**words))
    message.add_alternative(_HTML.format(**words), subtype="html")
    return message
