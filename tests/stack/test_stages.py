"""What a dev stage leaves behind, what a prod stage keeps, and what stops a deployment."""

from pathlib import Path

import pytest

from infra.target import Target
from stack.synthesis import synthesise
from stack.template import Template
from winback.adapters.aws.tables import EMAILS, LEDGER, USERS, Schema

pytestmark = pytest.mark.xdist_group("stack")
TABLES = pytest.mark.parametrize(("name", "schema"), [("Users", USERS), ("Emails", EMAILS), ("Ledger", LEDGER)])
KEPT = {"DynamoDB::Table", "S3::Bucket", "SecretsManager::Secret"}


@TABLES
def test_a_table_has_the_keys_indexes_and_stream_of_its_schema(template: Template, name: str, schema: Schema) -> None:
    table = template.named(name, "DynamoDB::Table").properties
    assert [key["AttributeName"] for key in table["KeySchema"]] == list(schema.keys)
    assert [
        (index["IndexName"], *(key["AttributeName"] for key in index["KeySchema"]), index["Projection"])
        for index in table.get("GlobalSecondaryIndexes", [])
    ] == [(index.name, index.partition, index.sort, {"ProjectionType": "KEYS_ONLY"}) for index in schema.indexes]
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table.get("TimeToLiveSpecification", {}).get("AttributeName") == schema.expires


def test_of_a_dev_stage_nothing_is_left(dev: Template) -> None:
    assert not [one.name for one in dev if one.body.get("DeletionPolicy", "Delete") != "Delete"]


def test_a_prod_stage_keeps_all_but_the_front_end_and_the_key_that_a_deployment_writes_again(prod: Template) -> None:
    gone = [one.name for kind in KEPT for one in prod.all(kind) if one.body.get("DeletionPolicy") != "Retain"]
    assert {name.rstrip("0123456789ABCDEF") for name in gone} == {"SecretsOpenRouterKey", "SiteFiles"}


@TABLES
def test_a_prod_table_is_protected_and_goes_back_in_time(prod: Template, name: str, schema: Schema) -> None:
    table = prod.named(name, "DynamoDB::Table").properties
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True


def test_a_setting_that_would_stop_the_functions_stops_the_synthesis_in_one_line(tmp_path: Path) -> None:
    refused = synthesise(tmp_path, "prod", {"WINBACK_CLOCK_AHEAD": "80d"})
    assert refused.returncode == 1
    assert refused.stderr.strip().startswith("winback: WINBACK_CLOCK_AHEAD: is for trying things out")


@pytest.mark.parametrize(("python", "architecture"), [("3", "arm64"), ("3.13", "sparc")])
def test_a_target_that_is_none_is_refused(python: str, architecture: str) -> None:
    with pytest.raises(ValueError, match="allowed: "):
        Target(python, architecture)


def test_functions_run_on_what_the_packages_are_built_for(template: Template) -> None:
    for function in template.all("Lambda::Function"):
        assert function.properties["Runtime"] == f"python{Target().python}"
        assert function.properties["Architectures"] == [Target().architecture]
