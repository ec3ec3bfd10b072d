"""What roles may do, where data lies, and what a template must never hold."""

import json

import pytest

from stack.synthesis import A_KEY
from stack.template import Template, listed

pytestmark = pytest.mark.xdist_group("stack")


def test_no_role_has_a_wildcard_action(template: Template) -> None:
    actions = [action for _, statement in template.statements() for action in listed(statement["Action"])]
    assert actions
    assert not [action for action in actions if "*" in action]


def test_a_wildcard_for_resources_stands_only_below_a_bucket_or_where_there_is_no_name(template: Template) -> None:
    for _, statement in template.statements():
        for resource in listed(statement["Resource"]):
            if resource == "*":
                assert listed(statement["Action"]) == ["ses:GetAccount"]
            elif "*" in json.dumps(resource):
                assert resource["Fn::Join"][1][-1] == "/*"


def test_every_role_is_lambdas_and_has_no_policy_of_amazons(template: Template) -> None:
    for role in template.all("IAM::Role"):
        (statement,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
        assert "ManagedPolicyArns" not in role.properties


def test_the_relay_may_write_no_table_and_no_function_but_the_email_processor_may_give_up_messages(
    template: Template,
) -> None:
    may: dict[str, set[str]] = {}
    for policy, statement in template.statements():
        may.setdefault(policy.name, set()).update(listed(statement["Action"]))
    (relay,) = [actions for name, actions in may.items() if "StreamProcessor" in name]
    assert not relay & {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
    assert ["EmailProcessor" in name for name, actions in may.items() if "sqs:SendMessage" in actions] == [True]


def test_only_the_email_processor_sends_and_only_in_the_name_of_the_shop(prod: Template) -> None:
    (found,) = [one for one in prod.statements() if "ses:SendRawEmail" in listed(one[1]["Action"])]
    policy, statement = found
    assert "EmailProcessor" in policy.name
    named = [part for resource in statement["Resource"] for part in resource["Fn::Join"][1] if "identity/" in str(part)]
    assert [part.rpartition("identity/")[2] for part in named] == ["post@shop.example", "shop.example"]


def test_without_ses_nobody_may_send(dev: Template) -> None:
    assert "ses:Send" not in dev.text


def test_the_rules_of_aws_solutions_find_nothing(template: Template) -> None:
    assert template.report["pluginReports"] == []


def test_a_key_stands_in_no_template(template: Template) -> None:
    assert A_KEY not in template.text


def test_the_key_for_the_model_is_made_without_a_value(template: Template) -> None:
    secret = template.named("OpenRouterKey", "SecretsManager::Secret").properties
    assert not set(secret) & {"SecretString", "GenerateSecretString"}


def test_the_mailbox_key_is_made_of_hex_digits_as_on_one_machine(template: Template) -> None:
    made = template.named("MailboxKey", "SecretsManager::Secret").properties["GenerateSecretString"]
    allowed = {chr(code) for code in range(33, 127)} - set(made["ExcludeCharacters"])
    assert allowed == set("0123456789abcdef")
    assert made["PasswordLength"] == 64
    assert made["RequireEachIncludedType"] is False


def test_who_bounced_or_complained_is_suppressed(template: Template) -> None:
    (mail,) = template.all("SES::ConfigurationSet")
    assert set(mail.properties["SuppressionOptions"]["SuppressedReasons"]) == {"BOUNCE", "COMPLAINT"}


def test_buckets_are_private_and_encrypted(template: Template) -> None:
    for bucket in template.all("S3::Bucket"):
        assert all(bucket.properties["PublicAccessBlockConfiguration"].values())
        assert bucket.properties["BucketEncryption"]


def test_what_holds_personal_data_goes_after_a_time(template: Template) -> None:
    for name in ("Outbox", "Unrelayed"):
        (rule, _) = template.named(name, "S3::Bucket").properties["LifecycleConfiguration"]["Rules"]
        assert rule["ExpirationInDays"] <= 400
