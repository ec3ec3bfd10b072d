"""What the settings must name on AWS, each asked for by whoever needs it: a function is told no more than that."""

from winback.adapters.aws.calls import Names
from winback.adapters.aws.clients import Clients
from winback.adapters.aws.publisher import SnsPublisher
from winback.adapters.aws.secrets import Secret
from winback.domain.errors import Refused
from winback.settings import READERS, Settings


def needed(settings: Settings, attribute: str) -> str:
    """The setting's value. Raises Refused with its name if there is none."""
    value: str | None = getattr(settings, attribute)
    if value is None:
        name = next(name for name, (field, _) in READERS.items() if field == attribute)
        raise Refused(f"{name}: is missing, WINBACK_RUNTIME=aws needs it; `winback outputs` prints it")
    return value


def table_names(settings: Settings) -> Names:
    return Names(
        users=needed(settings, "users_table_name"),
        emails=needed(settings, "emails_table_name"),
        ledger=needed(settings, "ledger_table_name"),
    )


def key_secret(settings: Settings, clients: Clients) -> Secret:
    return Secret(lambda: clients.secrets, needed(settings, "mailbox_key_secret"))


def publisher(settings: Settings, clients: Clients) -> SnsPublisher:
    return SnsPublisher(lambda: clients.sns, needed(settings, "sns_topic_arn"))
