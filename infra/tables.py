"""Users, e-mails and the ledger, with their indexes and streams."""

from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.acknowledged import acknowledge
from winback.adapters.aws.tables import EMAILS, LEDGER, USERS, Index, Schema


@dataclass(frozen=True, slots=True)
class Stored:
    """A table and its schema."""

    table: dynamodb.Table
    schema: Schema

    @property
    def arn(self) -> str:
        return self.table.table_arn

    @property
    def stream_arn(self) -> str:
        arn = self.table.table_stream_arn
        assert arn is not None  # every table of ours has a stream
        return arn

    def index_arns(self, *indexes: Index) -> list[str]:
        """Of these indexes, or of all."""
        return [f"{self.arn}/index/{index.name}" for index in indexes or self.schema.indexes]


class Tables(Construct):
    """In prod they outlive the stack, cannot be deleted by mistake, and go back to any second of 35 days."""

    def __init__(self, scope: Construct, name: str, *, prod: bool) -> None:
        super().__init__(scope, name)
        self._prod = prod
        self.users = self._stored("Users", USERS)
        self.emails = self._stored("Emails", EMAILS)
        self.ledger = self._stored("Ledger", LEDGER)

    def _stored(self, name: str, schema: Schema) -> Stored:
        table = dynamodb.Table(
            self,
            name,
            partition_key=_text(schema.key),
            sort_key=_text(schema.sort) if schema.sort else None,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            time_to_live_attribute=schema.expires,
            deletion_protection=self._prod,
            removal_policy=RemovalPolicy.RETAIN if self._prod else RemovalPolicy.DESTROY,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=self._prod
            ),
        )
        for index in schema.indexes:
            _add(table, index)
        if not self._prod:
            acknowledge(table, {"AwsSolutions-DDB3": "A dev stage holds nothing that must be had back."})
        return Stored(table, schema)


def _add(table: dynamodb.Table, index: Index) -> None:
    table.add_global_secondary_index(
        index_name=index.name,
        partition_key=_text(index.partition),
        sort_key=_text(index.sort),
        projection_type=dynamodb.ProjectionType.KEYS_ONLY,
    )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
