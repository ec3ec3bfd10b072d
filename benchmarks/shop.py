"""A Winback in a fresh folder, as `winback up` has it, with a policy that holds nobody back."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from winback.bootstrap import Local, local
from winback.domain.policy import Policy
from winback.domain.switch import SenderKind, Switch
from winback.domain.user import user_of
from winback.ports import Add, Put
from winback.runtime.local import LocalRunner, StepListener
from winback.runtime.log import LogFolder
from winback.settings import Settings

NOBODY_HELD_BACK = Policy(holdout_share=0.0, daily_limit=10**9, quiet_hours_from="00:00", quiet_hours_until="00:00")


def opened(folder: Path, smtp_url: str | None = None) -> Local:
    """With the folder as its sender, or SMTP; sending is on."""
    kind = SenderKind.SMTP if smtp_url else SenderKind.FOLDER
    shop = local(Settings(data_dir=folder, sender_kind=kind, smtp_url=smtp_url))
    shop.store.commit(Add(NOBODY_HELD_BACK), Add(Switch(by="benchmark")))
    return shop


def runner_of(shop: Local, listener: StepListener | None = None) -> LocalRunner:
    return LocalRunner(shop, LogFolder(shop.folder / "logs"), listener)


@contextmanager
def running(shop: Local, listener: StepListener) -> Iterator[None]:
    """The runner with its threads, as in `winback up`, for the length of the block."""
    runner = runner_of(shop, listener)
    runner.start()
    try:
        yield
    finally:
        runner.stop()


def put_all(shop: Local, items: Iterable[Mapping[str, object]]) -> None:
    with shop.store.transaction():
        for item in items:
            shop.store.commit(Put(user_of(item)))
