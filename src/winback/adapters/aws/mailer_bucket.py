"""The folder sender's twin: each e-mail an object `outbox/EMAIL_ID.eml` in a private bucket, nothing is sent."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from winback.adapters.aws.faults import AWS_ERRORS, name_of, retryable, status_of
from winback.adapters.sender_health import PROBE_EVERY, SenderHealth
from winback.compose.letter import mime
from winback.domain.errors import Rejected, SenderIll
from winback.domain.switch import SenderKind
from winback.ports import Letter

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX: Final = "outbox/"
_SCHEME: Final = "s3://"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_IS_THERE: Final = 412
_NOT_FOUND: Final = 404


class BucketMailer:
    """Can always look, and the first object of an e-mail stays: it is never unsure."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._health = SenderHealth()

    def __repr__(self) -> str:
        return f"BucketMailer({self._bucket})"

    @property
    def kind(self) -> SenderKind:
        return SenderKind.FOLDER

    def send(self, letter: Letter, now: datetime) -> str:
        """The object's address. Raises SenderIll while the bucket cannot be written."""
        if not _NAME.fullmatch(letter.email_id):
            raise Rejected(f"email {letter.email_id!r}: the id must be 1 to 128 of A-Z a-z 0-9 . _ - to name an object")
        with self._health.watch(letter.to, now), self._bucket_at_hand():
            self._put(_key(letter.email_id), mime(letter, now))
        return f"{_SCHEME}{self._bucket}/{_key(letter.email_id)}"

    def look(self, email_id: str) -> bool:
        """Whether the object is there. Raises SenderIll if the bucket cannot be read.

        S3 says "not found" only to whoever may also list the bucket, and "forbidden" to others.
        """
        if not _NAME.fullmatch(email_id):
            return False
        with self._bucket_at_hand():
            try:
                self._s3.head_object(Bucket=self._bucket, Key=_key(email_id))
            except ClientError as error:
                if status_of(error) != _NOT_FOUND:
                    raise
                return False
        return True

    def ill_until(self, now: datetime) -> tuple[datetime, str] | None:
        return self._health.ill_until(now)

    def close(self) -> None:
        """Nothing is kept open here."""

    def _put(self, key: str, content: bytes) -> None:
        try:
            self._s3.put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType="message/rfc822", IfNoneMatch="*"
            )
        except ClientError as error:
            if status_of(error) != _IS_THERE:
                raise

    @contextmanager
    def _bucket_at_hand(self) -> Iterator[None]:
        try:
            yield
        except AWS_ERRORS as error:
            message = f"bucket {self._bucket}: {name_of(error)}; let Winback write to it and list it"
            raise SenderIll(message, PROBE_EVERY) from error


def message_at(s3: "S3Client", place: str) -> bytes | None:
    """The message at the address that `send` gave; None if there is none."""
    if not place.startswith(_SCHEME):
        return None
    bucket, _, key = place.removeprefix(_SCHEME).partition("/")
    with retryable(f"bucket {bucket}"):
        try:
            return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            if status_of(error) != _NOT_FOUND:
                raise
            return None


def _key(email_id: str) -> str:
    return f"{PREFIX}{email_id}.eml"
