"""The topic, and for each queue of the pipeline: the queue, its dead letters, its subscription by event type."""

from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from winback.domain.event import EventType
from winback.pipeline import queues
from winback.ports import MOST_RECEIVES

VISIBLE_AFTER: Final = Duration.minutes(12)
"""Six times the functions' longest run, as AWS advises, and longer than a claim's lease: a message that comes again
finds the claim of the run that died settled, or settles it."""

TYPE_ATTRIBUTE: Final = "type"


@dataclass(frozen=True, slots=True)
class Lane:
    """A queue and where its messages go when they cannot be handled."""

    queue: sqs.Queue
    dead: sqs.Queue


class Messaging(Construct):
    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self.topic = sns.Topic(self, "Events", enforce_ssl=True)
        self.lanes = {queue: self._lane(queue, types) for queue, types in queues().items()}

    def _lane(self, name: str, types: frozenset[EventType]) -> Lane:
        dead = sqs.Queue(
            self,
            f"{name.title()}DeadLetters",
            retention_period=Duration.days(14),  # longer than the queue's: SQS counts from the first day on the queue
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )
        queue = sqs.Queue(
            self,
            f"{name.title()}Queue",
            visibility_timeout=VISIBLE_AFTER,
            retention_period=Duration.days(7),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            # The function itself gives up after its own receives and says why; this is the net beneath, for messages
            # that it never gets to read.
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=MOST_RECEIVES + 2),
        )
        self._subscribe(queue, dead, types)
        return Lane(queue, dead)

    def _subscribe(self, queue: sqs.Queue, dead: sqs.Queue, types: frozenset[EventType]) -> None:
        wanted = sns.SubscriptionFilter.string_filter(allowlist=sorted(types))
        self.topic.add_subscription(
            subscriptions.SqsSubscription(
                queue, raw_message_delivery=True, filter_policy={TYPE_ATTRIBUTE: wanted}, dead_letter_queue=dead
            )
        )
