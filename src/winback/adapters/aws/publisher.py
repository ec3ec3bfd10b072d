"""Events to the SNS topic, each with its type as the attribute that subscriptions filter by."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from winback.adapters.aws.faults import AWS_ERRORS, name_of
from winback.adapters.aws.messages import in_tens, text_of
from winback.domain.errors import Retryable
from winback.domain.event import Event

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

TYPE: Final = "type"
"""The message attribute that subscriptions filter by."""


class NotPublished(Retryable):
    """Some events did not reach the topic: `failed` are they. To publish them again does no harm."""

    def __init__(self, failed: Sequence[Event], why: str) -> None:
        super().__init__(f"{len(failed)} events were not published: {why}")
        self.failed = tuple(failed)


class SnsPublisher:
    """`sns` gives the client; it is asked for when there is something to publish."""

    def __init__(self, sns: Callable[[], "SNSClient"], topic_arn: str) -> None:
        self._sns = sns
        self._arn = topic_arn

    def publish(self, events: Iterable[Event], now: datetime) -> None:  # noqa: ARG002  SNS dates them
        """Raises NotPublished, after it has tried them all, with those that did not get there."""
        failed: list[Event] = []
        why = ""
        for ten in in_tens(events):
            rejected, said = self._publish(ten)
            failed += rejected
            why = said or why
        if failed:
            raise NotPublished(failed, why)

    def _publish(self, events: Sequence[Event]) -> tuple[list[Event], str]:
        """Those of at most ten that were not taken, and what was said of the last."""
        try:
            answer = self._sns().publish_batch(
                TopicArn=self._arn,
                PublishBatchRequestEntries=[
                    {
                        "Id": str(place),
                        "Message": text_of(event),
                        "MessageAttributes": {TYPE: {"DataType": "String", "StringValue": event.type.value}},
                    }
                    for place, event in enumerate(events)
                ],
            )
        except AWS_ERRORS as error:
            return list(events), name_of(error)
        rejected = answer.get("Failed", [])
        return [events[int(entry["Id"])] for entry in rejected], rejected[-1]["Code"] if rejected else ""
