"""What a person must look at, and one page of figures."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as watch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.functions import Functions
from infra.messaging import Lane, Messaging
from infra.worker import Worker

MINUTE: Final = Duration.minutes(1)
WAITS_TOO_LONG: Final = Duration.minutes(15)
FOLLOWS_TOO_LATE: Final = Duration.minutes(5)
MOST_BOUNCES, MOST_COMPLAINTS = 0.03, 0.0008
"""Below what makes Amazon look at the account: 5 % and 0.1 %."""


class Alarms(Construct):
    """All tell one topic; who subscribes to it is woken."""

    def __init__(self, scope: Construct, name: str, *, messaging: Messaging, functions: Functions) -> None:
        super().__init__(scope, name)
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True)
        self.alarms: list[watch.IAlarm] = []
        for queue, lane in messaging.lanes.items():
            self._of_lane(queue.title(), lane)
        for worker in functions.all:
            self._of_worker(worker)
        self._follows(functions.stream_processor)
        self._reputation("BounceRate", MOST_BOUNCES)
        self._reputation("ComplaintRate", MOST_COMPLAINTS)
        self.dashboard = watch.Dashboard(self, "Dashboard", widgets=_page(messaging, functions, self.alarms))

    def _of_lane(self, name: str, lane: Lane) -> None:
        self._alarm(f"{name}DeadLetters", _dead(lane), 1, "Messages were given up: winback dead-letters list")
        self._alarm(
            f"{name}QueueAge", _oldest(lane), WAITS_TOO_LONG.to_seconds(), "Messages wait and nobody works them off"
        )

    def _of_worker(self, worker: Worker) -> None:
        errors = worker.function.metric_errors(period=MINUTE)
        self._alarm(f"{worker.node.id}Errors", errors, 1, f"{worker.node.id} failed: look at its log")

    def _follows(self, worker: Worker) -> None:
        late = FOLLOWS_TOO_LATE.to_milliseconds()
        self._alarm("StreamAge", _stream_age(worker), late, "Changes are relayed late, or one of them is stuck")

    def _reputation(self, name: str, most: float) -> None:
        rate = watch.Metric(namespace="AWS/SES", metric_name=f"Reputation.{name}", period=Duration.hours(1))
        self._alarm(name, rate, most, "Clients or their providers refuse the e-mails: winback pause")

    def _alarm(self, name: str, metric: watch.IMetric, threshold: float, why: str) -> None:
        alarm = watch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            comparison_operator=watch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=watch.TreatMissingData.NOT_BREACHING,
            alarm_description=why,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        self.alarms.append(alarm)


def _page(messaging: Messaging, functions: Functions, alarms: list[watch.IAlarm]) -> list[list[watch.IWidget]]:
    lanes = messaging.lanes.values()
    return [
        [watch.AlarmStatusWidget(title="Alarms", alarms=alarms, width=24, height=3)],
        [
            _graph("Messages waiting, and given up", [*map(_waiting, lanes), *map(_dead, lanes)]),
            _graph("Age of the oldest message, seconds", [_oldest(lane) for lane in lanes]),
            _graph("Age of the oldest change, milliseconds", [_stream_age(functions.stream_processor)]),
        ],
        [
            _graph("Runs", [worker.function.metric_invocations(period=MINUTE) for worker in functions.all]),
            _graph("Errors", [worker.function.metric_errors(period=MINUTE) for worker in functions.all]),
            _graph("Run time, p95", [_run_time(worker) for worker in functions.all]),
        ],
    ]


def _graph(title: str, metrics: list[watch.Metric]) -> watch.IWidget:
    return watch.GraphWidget(title=title, left=metrics, width=8, left_y_axis=watch.YAxisProps(min=0))


def _waiting(lane: Lane) -> watch.Metric:
    return lane.queue.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="max")


def _dead(lane: Lane) -> watch.Metric:
    return lane.dead.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="max")


def _oldest(lane: Lane) -> watch.Metric:
    return lane.queue.metric_approximate_age_of_oldest_message(period=MINUTE, statistic="max")


def _stream_age(worker: Worker) -> watch.Metric:
    return worker.function.metric("IteratorAge", period=MINUTE, statistic="max")


def _run_time(worker: Worker) -> watch.Metric:
    return worker.function.metric_duration(period=MINUTE, statistic="p95")
