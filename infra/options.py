"""What a deployment may choose: stage, what the functions run on, and the settings they run with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from constructs import Node

from infra.target import ARCHITECTURE, PYTHON, Target
from winback.settings import Runtime, Settings, Stage

NOT_HANDED_ON: Final = frozenset(
    {
        "WINBACK_RUNTIME",  # the stack sets it
        "WINBACK_STAGE",
        "WINBACK_DATA_DIR",  # of one machine
        "WINBACK_HOST",
        "WINBACK_SMTP_URL",  # a secret, and a function's environment can be read by whoever may list functions
        "WINBACK_SEND_WINDOW",
    }
)


@dataclass(frozen=True, slots=True)
class Options:
    """`settings` go into every function's environment as they are."""

    stage: Stage = Stage.DEV
    target: Target = field(default_factory=Target)
    settings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, node: Node, env: Mapping[str, str]) -> Self:
        """From the app's context (`-c stage=prod`) and the environment. Raises ValueError with one line."""
        stage, python, architecture = (node.try_get_context(name) for name in ("stage", "python", "architecture"))
        found = cls(
            stage=_stage(stage or Stage.DEV),
            target=Target(python or PYTHON, architecture or ARCHITECTURE),
            settings=handed_on(env),
        )
        Settings.from_env({**_ours(env), **found.environment})  # what a function would refuse is refused here
        return found

    @property
    def environment(self) -> Mapping[str, str]:
        """Of every function, but for the names of what it works on."""
        return {**self.settings, "WINBACK_RUNTIME": Runtime.AWS, "WINBACK_STAGE": self.stage}

    @property
    def prod(self) -> bool:
        return self.stage is Stage.PROD


def handed_on(env: Mapping[str, str]) -> dict[str, str]:
    """The settings of an environment that the functions run with."""
    return {name: value for name, value in _ours(env).items() if value.strip() and name not in NOT_HANDED_ON}


def _ours(env: Mapping[str, str]) -> dict[str, str]:
    return {name: env[name] for name in sorted(env) if name.startswith("WINBACK_")}


def _stage(text: str) -> Stage:
    try:
        return Stage(text)
    except ValueError:
        raise ValueError(f"stage {text}: allowed: {', '.join(Stage)}") from None
