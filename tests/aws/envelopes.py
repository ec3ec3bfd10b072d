"""Envelopes as Lambda hands them out: recorded records of streams, messages of a queue."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from winback.adapters.aws.calls import Names

RECORDED: Final = Path(__file__).parents[1] / "data" / "stream"
NAMES: Final = Names(users="Users", emails="Emails", ledger="Ledger")
"""The tables of the recorded records."""


def recorded(name: str, number: int | None = None) -> dict[str, Any]:
    """A recorded stream record, under another sequence number where one is given."""
    record: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    if number is not None:
        record["dynamodb"]["SequenceNumber"] = str(number)
    return record


def handed_out(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as SQS gave it to a client, as Lambda hands it to a function."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
