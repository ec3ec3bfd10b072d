"""What a role may do, action by action and resource by resource, named after what it is for."""

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_s3 as s3

from infra.acknowledged import acknowledge
from infra.keys import Secrets
from infra.messaging import Lane, Messaging
from infra.options import Options
from infra.parts import Parts
from infra.tables import Stored
from infra.worker import Worker
from winback.adapters.aws.tables import BY_DUE, BY_LINE, BY_STATUS
from winback.domain.switch import SenderKind

READ: Final = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
WRITE: Final = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem")


def get(worker: Worker, *stored: Stored) -> None:
    worker.may("dynamodb:GetItem", on=[one.arn for one in stored])


def publish(worker: Worker, messaging: Messaging) -> None:
    worker.may("sns:Publish", on=[messaging.topic.topic_arn])


def mailbox_key(worker: Worker, secrets: Secrets) -> None:
    worker.may("secretsmanager:GetSecretValue", on=[secrets.mailbox_arn])


def decide(worker: Worker, parts: Parts) -> None:
    """Read the client, keep what is ours of him, and show him his score."""
    tables = parts.tables
    worker.may("dynamodb:GetItem", "dynamodb:UpdateItem", on=[tables.users.arn])
    worker.may(*READ, *WRITE, on=[tables.emails.arn, tables.ledger.arn])
    mailbox_key(worker, parts.secrets)


def deliver(worker: Worker, parts: Parts, options: Options) -> None:
    """Hand over: into the outbox, or to SES in the name of the one identity."""
    if options.settings.get("WINBACK_SENDER") == SenderKind.SES:
        _send(worker, parts, options)
    else:
        objects(worker, parts.storage.outbox, "s3:PutObject", "An e-mail's name in the outbox is its id.")


def objects(worker: Worker, bucket: s3.Bucket, action: str, why: str) -> None:
    """One action on whatever lies in the bucket."""
    worker.may(action, on=[bucket.arn_for_objects("*")])
    resource = Stack.of(bucket).resolve(bucket.bucket_arn)["Fn::GetAtt"][0]
    acknowledge(worker.role, {f"AwsSolutions-IAM5[Resource::<{resource}.Arn>/*]": why})


def give_up(worker: Worker, lane: Lane) -> None:
    worker.may("sqs:SendMessage", on=[lane.dead.queue_arn])


def sweep(worker: Worker, parts: Parts) -> None:
    """Find who is due and which claims were lost, and look whether the e-mail lies in the outbox."""
    tables, outbox = parts.tables, parts.storage.outbox
    worker.may("dynamodb:Query", on=tables.ledger.index_arns(BY_DUE, BY_LINE) + tables.emails.index_arns(BY_STATUS))
    worker.may(*READ, *WRITE, on=[tables.emails.arn, tables.ledger.arn])
    objects(worker, outbox, "s3:GetObject", "It looks for whichever e-mail lost its sender.")
    worker.may("s3:ListBucket", on=[outbox.bucket_arn])  # without it an object that is not there is forbidden to see
    mailbox_key(worker, parts.secrets)


def health(worker: Worker, parts: Parts) -> None:
    worker.may("dynamodb:GetItem", on=[parts.tables.ledger.arn])
    queues = [queue.queue_arn for lane in parts.messaging.lanes.values() for queue in (lane.queue, lane.dead)]
    worker.may("sqs:GetQueueAttributes", on=queues)
    mailbox_key(worker, parts.secrets)


def _send(worker: Worker, parts: Parts, options: Options) -> None:
    stack = Stack.of(worker)
    address = options.settings["WINBACK_FROM"].rpartition("<")[2].rstrip("> ")
    names = (f"identity/{address}", f"identity/{address.rpartition('@')[2]}")
    arns = [stack.format_arn(service="ses", resource=name) for name in names]
    of_set = stack.format_arn(service="ses", resource=f"configuration-set/{parts.mail.configuration_set_name}")
    worker.may("ses:SendEmail", "ses:SendRawEmail", on=[*arns, of_set])
    worker.may("ses:GetAccount", on=["*"])
    acknowledge(
        worker.role, {"AwsSolutions-IAM5[Resource::*]": "The account's sending rate is no resource of its own."}
    )
