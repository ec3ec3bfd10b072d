"""All that the stack makes, made on the emulator for one test, with the worlds that the functions build from it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from aws.dynamo import new_tables
from aws.emulated import clients, new_bucket, streams
from aws.envelopes import handed_out
from aws.poller import AnInvocation, Poller, Record, number_of, stream_records
from aws.queues import Queues, new_queues
from winback.adapters.memory import FixedClock
from winback.bootstrap import Aws, Relaying, aws, relaying
from winback.pipeline import EMAIL_QUEUE, queues
from winback.runtime.functions import email_processor, stream_processor, sweep
from winback.settings import Settings

A_KEY = "0f" * 32
BATCH = 10


@dataclass
class Deployed:
    """`turn` does what Lambda does: hands out what lies in the streams and on the queue, by the clock of the test."""

    settings: Settings
    queues: Queues
    clock: FixedClock
    environment: Mapping[str, str]
    context: AnInvocation = field(default_factory=AnInvocation)
    bodies: list[str] = field(default_factory=list)
    """Of all messages that were handed out."""
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        made, topic = aws(self.settings, clients()), self.queues.topic()
        self.aws: Aws = replace(made, topic=topic, world=replace(made.world, topic=topic, clock=self.clock))
        self.relaying: Relaying = replace(relaying(self.settings, clients()), clock=self.clock)

    def until_quiet(self) -> None:
        for _ in range(50):
            if not self.turn():
                return
        raise AssertionError("the flow never comes to rest")

    def turn(self) -> bool:
        """Whether there was anything to do."""
        records = self.new_records()
        self.relay(records)
        messages = self.receive()
        if messages:
            self.end(messages, email_processor.handle(self.aws, {"Records": messages}, self.context))
        return bool(records or messages)

    def relay(self, records: list[Record]) -> None:
        """What is given up is laid into the bucket of the unrelayed."""
        poller = Poller(lambda payload, context: stream_processor.handle(self.relaying, payload, context))
        poller.drive(records)
        for number, content in enumerate(poller.given_up):
            key = f"aws/lambda/mapping/shard/{number_of(records[0])}-{number}"
            clients().s3.put_object(Bucket=self.settings.unrelayed_bucket or "", Key=key, Body=content)

    def sweep(self) -> dict[str, int]:
        return sweep.handle(self.aws, self.context)

    def new_records(self) -> list[Record]:
        """What the streams hold that was not seen yet."""
        names = self.relaying.names
        found: list[Record] = []
        for table in (names.users, names.emails, names.ledger):
            arn = clients().dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
            found += [record for record in stream_records(streams(), arn) if number_of(record) not in self._seen]
        self._seen |= {number_of(record) for record in found}
        return found

    def receive(self) -> list[dict[str, Any]]:
        """A batch of messages as Lambda hands it to a function."""
        answer = clients().sqs.receive_message(
            QueueUrl=self.settings.email_queue_url or "",
            MaxNumberOfMessages=BATCH,
            VisibilityTimeout=720,
            MessageSystemAttributeNames=["All"],
        )
        messages = [handed_out(message) for message in answer.get("Messages", [])]
        self.bodies += [message["body"] for message in messages]
        return messages

    def end(self, messages: list[dict[str, Any]], answer: Mapping[str, Any]) -> None:
        """Lambda deletes what is not told as failed; that is visible again as if its time were over."""
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        url, sqs = self.settings.email_queue_url or "", clients().sqs
        for message in messages:
            receipt = message["receiptHandle"]
            if message["messageId"] in failed:
                with suppress(sqs.exceptions.ReceiptHandleIsInvalid):  # it was buried all the same
                    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)
            else:
                sqs.delete_message_batch(QueueUrl=url, Entries=[{"Id": "0", "ReceiptHandle": receipt}])

    def outbox(self) -> list[str]:
        listed = clients().s3.list_objects_v2(Bucket=self.settings.outbox_bucket or "").get("Contents", [])
        return sorted(entry["Key"] for entry in listed)


def deployed(clock: FixedClock, **over: str) -> Deployed:
    names, mailing, unique = new_tables(clients().dynamodb), new_queues(queues()), uuid4().hex
    clients().secrets.create_secret(Name=f"key-{unique}", SecretString=A_KEY)
    env = {
        "WINBACK_RUNTIME": "aws",
        "USERS_TABLE_NAME": names.users,
        "EMAILS_TABLE_NAME": names.emails,
        "LEDGER_TABLE_NAME": names.ledger,
        "SNS_TOPIC_ARN": mailing.arn,
        "EMAIL_QUEUE_URL": mailing.urls[EMAIL_QUEUE].url,
        "EMAIL_DEAD_LETTER_QUEUE_URL": mailing.urls[EMAIL_QUEUE].dead_url,
        "OUTBOX_BUCKET": new_bucket(f"outbox-{unique}"),
        "UNRELAYED_BUCKET": new_bucket(f"unrelayed-{unique}"),
        "MAILBOX_KEY_SECRET": f"key-{unique}",
        **over,
    }
    return Deployed(Settings.from_env(env), mailing, clock, env)
