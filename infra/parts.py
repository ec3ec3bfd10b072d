"""What the functions work on, and the names of it that their environment tells them."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_ses as ses

from infra.keys import Secrets
from infra.messaging import Messaging
from infra.storage import Storage
from infra.tables import Tables
from winback.pipeline import EMAIL_QUEUE


@dataclass(frozen=True, slots=True)
class Parts:
    tables: Tables
    messaging: Messaging
    storage: Storage
    secrets: Secrets
    mail: ses.ConfigurationSet

    def names(self) -> Mapping[str, str]:
        """As settings: docs/settings.md has a row for each."""
        lane = self.messaging.lanes[EMAIL_QUEUE]
        return {
            "USERS_TABLE_NAME": self.tables.users.table.table_name,
            "EMAILS_TABLE_NAME": self.tables.emails.table.table_name,
            "LEDGER_TABLE_NAME": self.tables.ledger.table.table_name,
            "SNS_TOPIC_ARN": self.messaging.topic.topic_arn,
            "EMAIL_QUEUE_URL": lane.queue.queue_url,
            "EMAIL_DEAD_LETTER_QUEUE_URL": lane.dead.queue_url,
            "OUTBOX_BUCKET": self.storage.outbox.bucket_name,
            "UNRELAYED_BUCKET": self.storage.unrelayed.bucket_name,
            "MAILBOX_KEY_SECRET": self.secrets.mailbox.secret_arn,
            "OPENROUTER_API_KEY_SECRET": self.secrets.openrouter.ref,
            "SES_CONFIGURATION_SET": self.mail.configuration_set_name,
        }
