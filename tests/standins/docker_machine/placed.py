"""docker-machine as a program on a PATH, for as long as a test runs."""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.standins.docker_machine import here, program
from tests.standins.docker_machine.call import DELAYS, CutShort, Hangs
from tests.standins.docker_machine.ports import Around, Conditions

_SCRIPT = """\
#!{python}
import sys
sys.path.insert(0, {repository!r})
from tests.standins.docker_machine import placed
placed.main({settings!r})
"""
# as environment of whoever calls it, over what it was placed with
_ENGINES, _HOLDS, _DELAYS = (
    "DOCKSWITCH_STANDIN_ENGINES",
    "DOCKSWITCH_STANDIN_HOLDS_AT",
    "DOCKSWITCH_STANDIN_DELAYS",
)


@dataclass(frozen=True, slots=True)
class Placed:
    """`folder` goes onto a PATH; `path` is the program."""

    folder: Path
    path: Path
    pids: Path

    def running(self) -> list[int]:
        """The machines that run, of whatever store."""
        noted = self.pids.iterdir() if self.pids.is_dir() else ()
        return sorted(int(each.name) for each in noted if here.lives(int(each.name)))

    def held(self) -> Path:
        """What is there once a command waits to be killed, with its pid in it."""
        return self.folder / "held"


@contextlib.contextmanager
def placed(
    folder: Path, conditions: Conditions | None = None, *, engines: Path | None = None
) -> Iterator[Placed]:
    """Puts the program into `folder`/bin; every machine that it started is ended at the end."""
    where = folder / "bin"
    where.mkdir(parents=True, exist_ok=True)
    made = Placed(where, where / "docker-machine", folder / "pids")
    settings = {
        "conditions": asdict(conditions or Conditions()),
        "pids": str(made.pids),
        "owner": os.getpid(),
        "engines": str(engines or ""),
        "held": str(made.held()),
    }
    text = _SCRIPT.format(
        python=sys.executable, repository=here.REPOSITORY, settings=json.dumps(settings)
    )
    made.path.write_text(text)
    made.path.chmod(0o755)
    try:
        yield made
    finally:
        for pid in made.running():
            here.end(pid)


def main(settings: str) -> None:
    told = json.loads(settings)
    conditions = told["conditions"]
    conditions["holds_at"] = os.environ.get(_HOLDS, conditions["holds_at"])
    conditions["delays"] = conditions["delays"] or bool(os.environ.get(_DELAYS))
    for name in ("plugins", "old_clients"):
        conditions[name] = tuple(conditions[name])
    engines = os.environ.get(_ENGINES, told["engines"])
    around = Around(
        here.Files(),
        here.Web(),
        here.OpenSsl(),
        here.Processes(told["pids"], told["owner"], engines),
        Conditions(**conditions),
    )
    words = sys.argv[1:]
    if around.conditions.delays:
        time.sleep(next((DELAYS[word] for word in words if word in DELAYS), 0.02))
    try:
        code = program.run(around, words, os.environ, say=_say, complain=_complain, stdin=_stdin())
    except (CutShort, Hangs):
        Path(told["held"]).write_text(str(os.getpid()))
        while True:
            signal.pause()
    sys.exit(code)


def _stdin() -> str:
    """What is asked for is asked only by commands that tests give an answer to."""
    return "" if sys.stdin.isatty() or "-y" in sys.argv or "-f" in sys.argv else _read()


def _read() -> str:
    return sys.stdin.readline() if {"rm", "regenerate-certs"} & set(sys.argv) else ""


def _say(line: str) -> None:
    sys.stdout.write(program.line_of(line))
    sys.stdout.flush()


def _complain(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
