"""The whole system as it is deployed: put an item, find the e-mail. The commands are those of docs/runbook.md."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from aws.awaiting import eventually
from aws.stack import Stack, deployed
from winback.adapters.aws.stack import STACK
from winback.domain.decision import arm_of
from winback.domain.instant import iso
from winback.domain.policy import Policy

pytestmark = pytest.mark.xdist_group("deployed")
FUNCTIONS = ("StreamProcessor", "EmailProcessor", "Sweep", "Backend")
LOW = {"engagementScore": 30}
WITH_SES = {"WINBACK_SENDER": "ses", "WINBACK_FROM": "Shop <post@shop.example>", "WINBACK_ONLY_TO": "example.com"}


@pytest.fixture(scope="module")
def stack() -> Stack:
    return deployed()


def treated(names: Iterable[str]) -> str:
    """The first whose address was not drawn into the holdout."""
    policy = Policy()
    draw = (policy.campaign, policy.holdout_salt, policy.holdout_share)
    return next(name for name in names if arm_of(f"{name}@example.com", *draw) == "treated")


def a_treated(start: str) -> str:
    return treated(f"{start}-{number}" for number in range(100))


def test_every_name_is_an_output_and_the_tables_are_there(stack: Stack) -> None:
    assert stack.outputs["UsersTableName"] in stack.runbook.run("--output table")
    listed = stack.runbook.run("# List the tables")
    assert all(stack.outputs[f"{table}TableName"] in listed for table in ("Users", "Emails", "Ledger"))


def test_a_user_with_a_good_score_is_told_of_and_gets_no_email(stack: Stack) -> None:
    stack.runbook.run('--item \'{"userId":{"S":"test-user-1"}')

    def published() -> bool:
        lines = stack.runbook.run('"published"').splitlines()
        return any("USER_CREATED" in line and "test-user-1" in line for line in lines)

    eventually(published, every=0)
    stack.until_quiet("after-test-user-1")
    assert stack.emails_of("test-user-1") == []
    assert "because" in stack.runbook.run("explain test-user-1")


def test_a_user_with_a_low_score_has_an_email_in_table_and_outbox(stack: Stack) -> None:
    stack.runbook.run('--item \'{"userId":{"S":"test-user-8"}')
    email = stack.sent_to("test-user-8")
    assert "\nTo: test8@example.com\n" in stack.eml(email).replace("\r", "")
    assert f"{email['emailId']}\ttest-user-8\tSENT\t{email['place']}" in stack.runbook.run("place.S")
    assert f"{email['emailId']}.eml" in stack.runbook.run("aws s3 cp")
    assert "To: test8@example.com" in stack.runbook.run("emails show")
    told = stack.runbook.run("# decide, write, deliver")
    assert all(f'"step": "{step}"' in told for step in ("decide", "write", "deliver"))


def test_ten_puts_at_once_are_one_email(stack: Stack) -> None:
    user_id = a_treated("ten-times")
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda count: stack.put_user(user_id, orderCount=count, **LOW), range(1, 11)))
    stack.until_quiet("after-ten-times")
    assert [email["status"] for email in stack.emails_of(user_id)] == ["SENT"]


def test_fifty_users_with_one_address_are_one_email(stack: Stack) -> None:
    address = f"{a_treated('shared')}@example.com"
    users = [f"shares-{number}" for number in range(50)]
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda user_id: stack.put_user(user_id, email=address, **LOW), users))
    stack.until_quiet("after-fifty")
    assert [email["status"] for email in stack.emails_of(*users)] == ["SENT"]


def test_the_key_for_the_model_is_in_its_secret_and_nowhere_else(stack: Stack) -> None:
    secret, secrets = stack.outputs["OpenrouterApiKeySecret"], stack.client("secretsmanager")
    template = stack.client("cloudformation").get_template(StackName=STACK)["TemplateBody"]
    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == "your-api-key"
    assert "your-api-key" not in json.dumps(template)
    stack.runbook.run("rotate-key")
    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == "your-new-api-key"


def test_the_backend_tells_of_its_health(stack: Stack) -> None:
    api = stack.outputs["ApiUrl"].removeprefix("https://").partition(".")[0]
    answer = stack.ask(f"/_aws/execute-api/{api}/$default/health")
    told = json.loads(answer.text)
    assert (answer.status, told["status"], told["runtime"]) == (200, "ok", "aws")
    assert told["dependencies"]["queue"]["dead"] == 0


def test_every_page_of_the_front_end_is_its_one_file_with_safe_headers(stack: Stack) -> None:
    host = stack.outputs["SiteUrl"].removeprefix("https://")
    page, deep = stack.ask("/", host), stack.ask("/users/anna.b", host)
    assert page.text == deep.text
    assert "<title>Winback</title>" in page.text
    headers = {name.lower(): value for name, value in deep.headers.items()}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'self'")


def test_the_runbooks_commands_for_every_day_do_what_it_says(stack: Stack) -> None:
    told = stack.runbook.run("users put")
    assert all(f"client c-1 is {word}" in told for word in ("held until", "no longer held"))
    assert told.endswith("deleted client c-1\n")
    told = stack.runbook.run("winback --runtime aws status")
    assert told.startswith(f"stack       {STACK} in ")
    assert all(line in told for line in ("sending is paused", "sending is on", "dailyLimit", "told of 0 clients"))
    assert "published" in stack.runbook.run("logs --since 5m")
    assert stack.runbook.run("dead-letters list") == "no dead letters\nput 0 messages back on the queue\n"


@pytest.mark.parametrize(
    "part",
    [
        "# The stream processor, the email processor",
        "# How many wait on the queue",
        "CodeSha256",
        "Environment.Variables",
        "list-event-source-mappings",
        'BackendLogGroup)" --start-time $(date -d "5 minutes',
    ],
)
def test_what_the_runbook_looks_at_is_there(stack: Stack, part: str) -> None:
    assert stack.runbook.run(part).strip()


def test_who_slips_while_time_goes_by_is_found_by_the_sweep(stack: Stack) -> None:
    user_id = a_treated("slips")
    yesterday = iso(datetime.now(UTC) - timedelta(days=1))
    stack.put_user(user_id, lastOrderDate=yesterday, createdAt="2025-03-21T16:18:00.000Z", orderCount=4)
    stack.until_quiet("after-slips")
    assert stack.emails_of(user_id) == []
    stack.runbook.run("WINBACK_CLOCK_AHEAD=400d make deploy")
    stack.client("lambda").invoke(FunctionName=stack.outputs["SweepName"])
    assert stack.sent_to(user_id)["sentAt"] > iso(datetime.now(UTC) + timedelta(days=399))
    assert any(line.get("event") == "USER_AT_RISK" for line in stack.log("EmailProcessor"))


def test_a_new_version_with_another_sender_is_deployed_over_the_old_one_and_sends_when_it_is_let(stack: Stack) -> None:
    stack.runbook.run("make build-email-processor\nmake deploy", **WITH_SES)
    stack.client("sesv2").create_email_identity(EmailIdentity="shop.example")
    user_id = a_treated("by-ses")
    now = datetime.now(UTC)
    at_noon = f"Etc/GMT{now.hour - 12:+d}"  # whatever the clock of the test says, it is no quiet hour there
    stack.put_user(user_id, orderCount=3, lastOrderDate=iso(now - timedelta(days=100)), timeZone=at_noon, **LOW)
    stack.until_quiet("after-by-ses")
    assert [email["status"] for email in stack.emails_of(user_id)] == ["GENERATED"]
    stack.runbook.shell("winback --runtime aws resume")  # it learns from the functions by whom they send now
    stack.client("lambda").invoke(FunctionName=stack.outputs["SweepName"])
    assert stack.sent_to(user_id)["sender"] == "ses"
    assert f"{user_id}@example.com" in stack.ask("/_ministack/ses/messages").text


def test_no_role_may_less_than_its_function_needs(stack: Stack) -> None:
    assert json.loads(stack.ask("/_ministack/health").text)["auth"] == "enabled"
    assert "AccessDenied" not in stack.runbook.run("AccessDenied --query")
    assert not [line for function in FUNCTIONS for line in stack.log(function) if "Denied" in json.dumps(line)]
    assert {function: bool(stack.log(function)) for function in ("StreamProcessor", "EmailProcessor", "Sweep")} == {
        "StreamProcessor": True,
        "EmailProcessor": True,
        "Sweep": True,
    }


def test_of_a_removed_stack_nothing_is_left_and_no_command_of_the_runbook_was_missed(stack: Stack) -> None:
    stack.runbook.run("make destroy")
    assert left_behind(stack) == []
    assert stack.runbook.left == []


def left_behind(stack: Stack) -> list[str]:
    """Everything of the stack's that is still in the account."""
    listed = [
        stack.dynamodb.list_tables()["TableNames"],
        stack.client("sns").list_topics()["Topics"],
        stack.client("sqs").list_queues().get("QueueUrls", []),
        stack.client("lambda").list_functions()["Functions"],
        stack.client("lambda").list_event_source_mappings()["EventSourceMappings"],
        stack.client("logs").describe_log_groups()["logGroups"],
        stack.client("s3").list_buckets()["Buckets"],
        stack.client("secretsmanager").list_secrets()["SecretList"],
        stack.client("apigatewayv2").get_apis()["Items"],
        stack.client("cloudfront").list_distributions()["DistributionList"].get("Items", []),
        stack.client("events").list_rules()["Rules"],
        stack.client("cloudwatch").describe_alarms()["MetricAlarms"],
        stack.client("cloudwatch").list_dashboards()["DashboardEntries"],
        stack.client("sesv2").list_configuration_sets()["ConfigurationSets"],
        stack.client("iam").list_roles()["Roles"],
    ]
    names = [json.dumps(one, default=str) for kind in listed for one in kind]
    return [name for name in names if STACK.lower() in name.lower()]
