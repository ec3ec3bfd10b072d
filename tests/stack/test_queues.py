"""The queues of the pipeline, as the stack makes them."""

import json

import pytest

from stack.template import Resource, Template, target
from winback.domain.event import EventType
from winback.pipeline import queues
from winback.ports import MOST_RECEIVES

EVERY_QUEUE = pytest.mark.parametrize(("queue", "types"), queues().items())
pytestmark = pytest.mark.xdist_group("stack")


def queue_of(template: Template, name: str) -> Resource:
    return template.named(f"{name.title()}Queue", "SQS::Queue")


def dead_letters_of(template: Template, name: str) -> Resource:
    return template.named(f"{name.title()}DeadLetters", "SQS::Queue")


def subscription_of(template: Template, name: str) -> Resource:
    queue = queue_of(template, name)
    (found,) = [one for one in template.all("SNS::Subscription") if target(one.properties["Endpoint"]) == queue.name]
    return found


@EVERY_QUEUE
def test_a_queue_gives_up_to_its_own_dead_letters_only_after_the_function_could(
    template: Template, queue: str, types: frozenset[EventType]
) -> None:
    redrive = queue_of(template, queue).properties["RedrivePolicy"]
    assert target(redrive["deadLetterTargetArn"]) == dead_letters_of(template, queue).name
    assert redrive["maxReceiveCount"] > MOST_RECEIVES


@EVERY_QUEUE
def test_dead_letters_stay_longer_than_messages_wait(
    template: Template, queue: str, types: frozenset[EventType]
) -> None:
    waits = queue_of(template, queue).properties["MessageRetentionPeriod"]
    assert dead_letters_of(template, queue).properties["MessageRetentionPeriod"] > waits


@EVERY_QUEUE
def test_a_dead_letter_and_a_long_wait_sound_an_alarm(
    template: Template, queue: str, types: frozenset[EventType]
) -> None:
    watched = {
        (alarm.properties["MetricName"], target(dimension["Value"]))
        for alarm in template.all("CloudWatch::Alarm")
        for dimension in alarm.properties.get("Dimensions", [])
        if dimension["Name"] == "QueueName"
    }
    assert ("ApproximateNumberOfMessagesVisible", dead_letters_of(template, queue).name) in watched
    assert ("ApproximateAgeOfOldestMessage", queue_of(template, queue).name) in watched


@EVERY_QUEUE
def test_a_queue_takes_its_events_and_no_others_as_they_were_published(
    template: Template, queue: str, types: frozenset[EventType]
) -> None:
    subscription = subscription_of(template, queue).properties
    assert subscription["FilterPolicy"] == {"type": sorted(types)}
    assert subscription["RawMessageDelivery"] is True


@EVERY_QUEUE
def test_what_the_topic_cannot_deliver_is_among_the_dead_letters(
    template: Template, queue: str, types: frozenset[EventType]
) -> None:
    redrive = subscription_of(template, queue).properties["RedrivePolicy"]
    assert target(redrive["deadLetterTargetArn"]) == dead_letters_of(template, queue).name


def test_there_are_no_queues_but_those_of_the_pipeline(template: Template) -> None:
    assert len(template.all("SQS::Queue")) == 2 * len(queues())


@pytest.mark.parametrize("kind", ["SQS::Queue", "SNS::Topic"])
def test_messages_go_over_tls_only(template: Template, kind: str) -> None:
    policies = [*template.all("SQS::QueuePolicy"), *template.all("SNS::TopicPolicy")]
    refusals = json.dumps([policy.properties for policy in policies if "SecureTransport" in json.dumps(policy.body)])
    assert all(resource.name in refusals for resource in template.all(kind))


def test_queues_are_encrypted(template: Template) -> None:
    assert all(queue.properties["SqsManagedSseEnabled"] for queue in template.all("SQS::Queue"))
