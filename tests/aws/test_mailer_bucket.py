from uuid import uuid4

import pytest
from botocore.stub import Stubber

from aws.emulated import clients, new_bucket
from builders import NOW
from letters import a_letter
from winback.adapters.aws.mailer_bucket import BucketMailer
from winback.domain.errors import Rejected, SenderIll


@pytest.fixture
def bucket() -> str:
    return new_bucket(f"outbox-{uuid4().hex}")


def text_of(bucket: str, email_id: str) -> str:
    return clients().s3.get_object(Bucket=bucket, Key=f"outbox/{email_id}.eml")["Body"].read().decode()


def test_a_letter_is_an_object_that_a_mail_program_opens(bucket: str) -> None:
    assert BucketMailer(clients().s3, bucket).send(a_letter(), NOW) == f"s3://{bucket}/outbox/e-1.eml"
    head = clients().s3.head_object(Bucket=bucket, Key="outbox/e-1.eml")
    assert head["ContentType"] == "message/rfc822"
    assert "Subject: Hello from e-1\r\n" in text_of(bucket, "e-1")


def test_the_first_object_of_an_email_stays(bucket: str) -> None:
    BucketMailer(clients().s3, bucket).send(a_letter(text="first"), NOW)
    BucketMailer(clients().s3, bucket).send(a_letter(text="second"), NOW)
    assert "first" in text_of(bucket, "e-1")
    assert "second" not in text_of(bucket, "e-1")


def test_one_can_always_look(bucket: str) -> None:
    mailer = BucketMailer(clients().s3, bucket)
    mailer.send(a_letter(), NOW)
    assert [mailer.look(email_id) for email_id in ("e-1", "e-2", "../e-1")] == [True, False, False]


@pytest.mark.parametrize("email_id", ["", "../e-1", "a/b", "e" * 129])
def test_an_id_that_names_no_object_is_refused(bucket: str, email_id: str) -> None:
    with pytest.raises(Rejected):
        BucketMailer(clients().s3, bucket).send(a_letter(email_id), NOW)


def test_where_one_may_not_look_nobody_is_told_that_nothing_is_there() -> None:
    s3 = clients().s3
    with Stubber(s3) as stubber:
        stubber.add_client_error("head_object", "403", http_status_code=403)
        with pytest.raises(SenderIll, match="list it"):
            BucketMailer(s3, "outbox").look("e-1")


def test_a_race_for_the_same_object_is_left_to_the_next_try() -> None:
    s3 = clients().s3
    with Stubber(s3) as stubber:
        stubber.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
        with pytest.raises(SenderIll, match="ConditionalRequestConflict"):
            BucketMailer(s3, "outbox").send(a_letter(), NOW)
