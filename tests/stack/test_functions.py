"""The functions, what starts them, and how long they may take."""

import json
from datetime import timedelta

import pytest

from infra.packages import PACKAGES
from stack.template import Resource, Template, target
from winback.adapters.aws.tables import LEDGER_TOLD
from winback.runtime import lambdas
from winback.settings import READERS, Settings
from winback.steps.deliver import LEASE

pytestmark = pytest.mark.xdist_group("stack")
PREFIX = "winback.runtime.lambdas."
NOT_OF_THE_STACK = {"PORT", "OPENROUTER_API_KEY"}


def functions(template: Template) -> list[Resource]:
    return template.all("Lambda::Function")


def streams(template: Template) -> list[Resource]:
    return [one for one in template.all("Lambda::EventSourceMapping") if "StartingPosition" in one.properties]


def queue_readers(template: Template) -> list[Resource]:
    return [one for one in template.all("Lambda::EventSourceMapping") if "StartingPosition" not in one.properties]


def test_the_stack_has_every_function_of_the_runtime_and_no_other(template: Template) -> None:
    assert {function.properties["Handler"] for function in functions(template)} == {
        PREFIX + name for name in lambdas.FUNCTIONS
    }


def test_every_function_is_in_a_package() -> None:
    assert sorted(name for package in PACKAGES for name in package.functions) == sorted(lambdas.FUNCTIONS)


def test_a_dead_function_leaves_its_claim_before_the_lease_ends_and_its_message_after(template: Template) -> None:
    longest = max(timedelta(seconds=function.properties["Timeout"]) for function in functions(template))
    for queue in template.all("SQS::Queue"):
        if "RedrivePolicy" in queue.properties:
            visible_after = timedelta(seconds=queue.properties["VisibilityTimeout"])
            assert longest < LEASE < visible_after
            assert visible_after >= 6 * longest  # what AWS advises


def test_every_function_has_a_role_a_log_and_an_alarm_of_its_own(template: Template) -> None:
    roles = {target(function.properties["Role"]) for function in functions(template)}
    logs = {target(function.properties["LoggingConfig"]["LogGroup"]) for function in functions(template)}
    watched = {
        target(alarm.properties["Dimensions"][0]["Value"])
        for alarm in template.all("CloudWatch::Alarm")
        if alarm.properties["MetricName"] == "Errors"
    }
    assert len(roles) == len(logs) == len(functions(template))
    assert watched == {function.name for function in functions(template)}


def test_logs_do_not_stay_for_ever(template: Template) -> None:
    assert all(group.properties["RetentionInDays"] <= 90 for group in template.all("Logs::LogGroup"))


def test_every_function_knows_what_the_settings_must_name(template: Template) -> None:
    for function in functions(template):
        environment = function.properties["Environment"]["Variables"]
        assert set(environment) <= set(READERS)
        assert {name for name in READERS if not name.startswith("WINBACK_")} - NOT_OF_THE_STACK <= set(environment)


def test_the_settings_of_a_function_are_such_that_it_starts(template: Template) -> None:
    for function in functions(template):
        environment = function.properties["Environment"]["Variables"]
        assert Settings.from_env({name: str(value) for name, value in environment.items()}).runtime == "aws"


def test_every_table_is_followed_from_its_first_change(template: Template) -> None:
    assert {target(one.properties["EventSourceArn"]) for one in streams(template)} == {
        table.name for table in template.all("DynamoDB::Table")
    }
    assert {one.properties["StartingPosition"] for one in streams(template)} == {"TRIM_HORIZON"}


def test_a_change_that_cannot_be_relayed_holds_up_nobody_for_ever_and_is_kept_whole(template: Template) -> None:
    (bucket,) = [one for one in template.all("S3::Bucket") if "Unrelayed" in one.name]
    for stream in streams(template):
        properties = stream.properties
        assert properties["BatchSize"] == 10
        assert properties["MaximumRetryAttempts"] == 3
        assert properties["BisectBatchOnFunctionError"] is True
        assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert properties["MaximumRecordAgeInSeconds"] < timedelta(hours=24).total_seconds()
        assert target(properties["DestinationConfig"]["OnFailure"]["Destination"]) == bucket.name


def test_only_what_is_told_of_the_ledger_starts_the_function(template: Template) -> None:
    (ledger,) = [one for one in streams(template) if "Ledger" in one.name]
    patterns = [json.loads(one["Pattern"]) for one in ledger.properties["FilterCriteria"]["Filters"]]
    assert patterns == list(LEDGER_TOLD)


def test_one_bad_message_takes_none_beside_it_back_to_the_queue(template: Template) -> None:
    for reader in queue_readers(template):
        assert reader.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert reader.properties["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_the_sweep_runs_once_a_minute(template: Template) -> None:
    (rule,) = template.all("Events::Rule")
    (started,) = rule.properties["Targets"]
    assert rule.properties["ScheduleExpression"] == "rate(1 minute)"
    assert target(started["Arn"]) == template.named("Sweep", "Lambda::Function").name


def test_a_late_stream_sounds_an_alarm(template: Template) -> None:
    (alarm,) = [one for one in template.all("CloudWatch::Alarm") if one.properties["MetricName"] == "IteratorAge"]
    assert (
        target(alarm.properties["Dimensions"][0]["Value"]) == template.named("StreamProcessor", "Lambda::Function").name
    )


def test_every_alarm_is_told_to_somebody(template: Template) -> None:
    assert all(alarm.properties["AlarmActions"] for alarm in template.all("CloudWatch::Alarm"))


def test_the_same_package_is_the_same_asset_in_every_stage(dev: Template, prod: Template) -> None:
    assert [one.properties["Code"] for one in functions(dev)] == [one.properties["Code"] for one in functions(prod)]
