"""What stops a deployment before it begins, in one line; and where it is told what it needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import free_port
from infra.environment import deployment_environment
from infra.packages import ROOT

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
NOBODY = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
A_KEY = "sk-or-v1-not-a-real-key"


def refused(command: str = "deploy", **env: str) -> str:
    """What `make deploy` or its like says before it does anything."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.deploy", command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ENV_DEPLOY": os.devnull, **NOBODY, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def a_file(folder: Path, text: str) -> dict[str, str]:
    (folder / ".env.deploy").write_text(text, encoding="utf-8")
    return {"ENV_DEPLOY": str(folder / ".env.deploy")}


def test_without_credentials_nothing_is_deployed() -> None:
    assert "there are no AWS credentials: set AWS_PROFILE" in refused(AWS_REGION="eu-central-1")


def test_without_a_region_nothing_is_deployed() -> None:
    assert "there is no AWS region: set AWS_DEFAULT_REGION" in refused(**KEYS)


def test_a_profile_that_is_not_there_is_named() -> None:
    assert "(lz-demos) could not be found" in refused(AWS_PROFILE="lz-demos", AWS_REGION="eu-central-1")


@pytest.mark.parametrize("command", ["deploy", "destroy"])
@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_where_nobody_answers_no_credentials_are_blamed(name: str, command: str) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    said = refused(command, **KEYS, **{name: "eu-central-1"}, AWS_ENDPOINT_URL=nowhere)
    assert f"AWS is not reached at {nowhere} (EndpointConnectionError): see the network" in said


def test_the_profile_in_the_file_is_obeyed(tmp_path: Path) -> None:
    assert "(of-the-file)" in refused(**a_file(tmp_path, "AWS_PROFILE=of-the-file\n"), AWS_REGION="eu-central-1")


def test_the_environment_wins_over_the_file_unless_it_is_empty(tmp_path: Path) -> None:
    text = "# who pays\nexport AWS_PROFILE='shop'\nWINBACK_STAGE=\"prod\"\nOPENROUTER_API_KEY=of-the-file\n\n"
    env = deployment_environment({**a_file(tmp_path, text), "WINBACK_STAGE": "dev", "AWS_PROFILE": ""})
    assert [env[name] for name in ("AWS_PROFILE", "WINBACK_STAGE", "OPENROUTER_API_KEY")] == [
        "shop",
        "dev",
        "of-the-file",
    ]


def test_a_line_that_is_none_is_named_by_its_number_alone_since_it_may_be_a_key(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.env\.deploy, line 2: allowed: NAME=value") as refusal:
        deployment_environment(a_file(tmp_path, f"A=b\n{A_KEY}\n"))
    assert A_KEY not in str(refusal.value)


def test_there_need_be_no_file(tmp_path: Path) -> None:
    assert deployment_environment({"ENV_DEPLOY": str(tmp_path / "none"), "A": "b"})["A"] == "b"
