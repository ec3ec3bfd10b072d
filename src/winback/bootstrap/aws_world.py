"""Settings → World on AWS."""

import secrets
from dataclasses import dataclass

from winback.adapters.aws.calls import Calls
from winback.adapters.aws.clients import Clients
from winback.adapters.aws.mailer_bucket import BucketMailer
from winback.adapters.aws.mailer_ses import SesMailer
from winback.adapters.aws.secrets import mailbox_key
from winback.adapters.aws.store import DynamoStore
from winback.adapters.aws.topic import QueueUrls, SqsTopic
from winback.adapters.aws.unrelayed import Unrelayed
from winback.adapters.clock import SystemClock
from winback.bootstrap.aws_names import key_secret, needed, publisher, table_names
from winback.compose.house_copy import HouseCopy
from winback.domain.switch import SenderKind
from winback.pipeline import EMAIL_QUEUE
from winback.ports import Mailer, World
from winback.settings import Settings


@dataclass(frozen=True, slots=True)
class Aws:
    """The world on AWS, with what only its functions and its commands need."""

    world: World
    store: DynamoStore
    topic: SqsTopic
    settings: Settings
    clients: Clients

    @property
    def calls(self) -> Calls:
        """The store's own calls, for what is done to many items at once."""
        return Calls(self.clients.dynamodb, table_names(self.settings))

    @property
    def unrelayed(self) -> Unrelayed:
        """The bucket of changes that could not be relayed. Raises Refused where it is not named."""
        return Unrelayed(self.clients.s3, needed(self.settings, "unrelayed_bucket"))

    def close(self) -> None:
        self.clients.close()


def aws(settings: Settings, clients: Clients | None = None) -> Aws:
    """Raises Refused if a name is missing or the key is none, Retryable while the key cannot be read."""
    clients = clients or Clients()
    store = DynamoStore(clients.dynamodb, table_names(settings))
    queue = QueueUrls(needed(settings, "email_queue_url"), needed(settings, "email_dead_letter_queue_url"))
    topic = SqsTopic(publisher(settings, clients), clients.sqs, {EMAIL_QUEUE: queue})
    owner = secrets.token_hex(8)
    world = World(
        store=store,
        topic=topic,
        composer=HouseCopy(),
        mailer=_mailer(settings, clients),
        clock=SystemClock(settings.clock_ahead),
        key=mailbox_key(key_secret(settings, clients).value()),
        token=lambda: f"{owner}:{secrets.token_hex(8)}",
        sender=settings.sender(),
        house=settings.house(),
    )
    return Aws(world, store, topic, settings, clients)


def _mailer(settings: Settings, clients: Clients) -> Mailer:
    if settings.sender_kind is SenderKind.FOLDER:
        return BucketMailer(clients.s3, needed(settings, "outbox_bucket"))
    return SesMailer(clients.ses, needed(settings, "ses_configuration_set"), settings.send_rate)
