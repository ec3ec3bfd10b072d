"""Several processes that do something at the same instant."""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

_GATE: Final = "print('ready', flush=True)\nsys.stdin.readline()\n"
_AWAITED_SECONDS: Final = 60


def at_once(prepare: str, act: str, arguments: Sequence[Sequence[object]]) -> list[str]:
    """Runs `prepare` in one process for each row of arguments, and when all are ready lets all of them `act`.

    Gives what each has printed. Fails if one of them fails.
    """
    script = f"import sys\n{prepare}\n{_GATE}{act}\n"
    with ExitStack() as stack:
        started = [stack.enter_context(_started(script, row)) for row in arguments]
        for process in started:
            stack.callback(process.kill)
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        printed = [process.communicate(timeout=_AWAITED_SECONDS)[0] for process in started]
    assert [process.returncode for process in started] == [0] * len(started)
    return printed


def _started(script: str, row: Sequence[object]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, row)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
