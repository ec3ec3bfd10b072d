"""Stream records that could not be relayed: Lambda lays each failed batch into a bucket, whole."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from winback.adapters.aws.faults import retryable
from winback.ports import DeadLetter

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

UNRELAYED: Final = "unrelayed"
"""What such dead letters name as their queue."""


@dataclass(frozen=True, slots=True)
class UnrelayedBatch:
    """`why` is Lambda's word for giving up. `records` is None if nobody can read the object."""

    key: str
    why: str
    records: tuple[Mapping[str, Any], ...] | None = field(repr=False)


class Unrelayed:
    """The bucket of records: they hold personal data, so it is private, encrypted, and keeps them for days."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def names(self) -> Iterator[str]:
        """The keys of its objects, by shard and time."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
        with retryable(f"bucket {self._bucket}"):
            for page in pages:
                yield from (entry["Key"] for entry in page.get("Contents", []))

    def letters(self, limit: int) -> list[DeadLetter]:
        """What lies there as dead letters that are named by their keys, the newest first; each is read."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
        with retryable(f"bucket {self._bucket}"):
            laid = [(entry["LastModified"], entry["Key"]) for page in pages for entry in page.get("Contents", [])]
        return [_letter(self.batch(key), at) for at, key in sorted(laid, reverse=True)[:limit]]

    def batch(self, key: str) -> UnrelayedBatch:
        with retryable(f"bucket {self._bucket}"):
            content = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return _batch(key, content)

    def forget(self, key: str) -> None:
        """Once its records are relayed."""
        with retryable(f"bucket {self._bucket}"):
            self._s3.delete_object(Bucket=self._bucket, Key=key)


def _letter(batch: UnrelayedBatch, at: datetime) -> DeadLetter:
    of = "" if batch.records is None else f" ({len(batch.records)})"
    return DeadLetter(batch.key, UNRELAYED, None, f"changes{of} not relayed: {batch.why}", at)


def _batch(key: str, content: bytes) -> UnrelayedBatch:
    try:
        told = json.loads(content)
        payload = told["payload"]
        # The whole event as the function was handed it, either as it is or as text.
        event = json.loads(payload) if isinstance(payload, str) else payload
        return UnrelayedBatch(key, str(told["requestContext"]["condition"]), tuple(event["Records"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return UnrelayedBatch(key, "cannot be read", None)
