import pytest

from stack.synthesis import of_stage
from stack.template import Template


@pytest.fixture(params=["dev", "prod"])
def template(request: pytest.FixtureRequest) -> Template:
    """Of each stage."""
    return of_stage(request.param)


@pytest.fixture
def dev() -> Template:
    return of_stage("dev")


@pytest.fixture
def prod() -> Template:
    return of_stage("prod")
