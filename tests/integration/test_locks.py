"""One change at a time: several runs at once, interrupted ones, and holders that die."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration import below, whole
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch, finish
from tests.integration.server import Fault, MirrorServer
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine


def test_twenty_switches_at_once_end_one_after_the_other(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    pair = mirror.engines[:2]
    stock.hand_out(program.root, *pair)
    # Most of them find nothing left to do; each that is not the one before it is a real switch.
    wanted = [pair[number % 7 == 3].version for number in range(20)]
    with ExitStack() as runs:
        processes = [runs.enter_context(program.started("use", each)) for each in wanted]
        results = [finish(process).ended(0) for process in processes]
    told = sorted(result.plain["generation"] for result in results if result.plain["changed"])
    generations = program.run("history").ended(0).plain["generations"]
    assert [each["generation"] for each in generations] == told == list(range(1, len(told) + 1))
    whole.is_whole(program, generations[-1]["version"])


def test_five_fetches_at_once_of_one_release_keep_it_once(
    program: Dockswitch, mirror: Mirror
) -> None:
    engine = mirror.engines[0]
    with ExitStack() as runs:
        words = ["install", engine.version]
        processes = [runs.enter_context(program.started(*words)) for _ in range(5)]
        assert [finish(process).code for process in processes] == [0] * 5
    installed = program.run("list").ended(0).plain["installed"]
    assert [each["version"] for each in installed] == [engine.version]
    assert not below.unfinished(program.root)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_switch_is_undone(
    program: Dockswitch, mirror: Mirror, stock: Stock, number: signal.Signals
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    program.run("use", old.version).ended(0)
    with program.started("use", new.version) as process:
        _wait_until_the_engine_is_gone(program.root, process)
        process.send_signal(number)
        result = finish(process).ended(130)
    assert result.plain["error"]["code"] == "interrupted"
    whole.is_whole(program, old.version)
    assert program.run("recover").ended(0).plain["changed"] is False


def test_an_interrupted_fetch_keeps_nothing(
    program: Dockswitch, mirror: Mirror, mirror_server: MirrorServer
) -> None:
    mirror_server.faults = lambda path: (
        Fault(cut_after=20_000_000, stall=60) if path.endswith(".tgz") else None
    )
    with program.started("use", mirror.engines[0].version) as process:
        while not below.unfinished(program.root):
            assert process.poll() is None
            time.sleep(0.01)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        finish(process).ended(130)
    assert time.monotonic() - began < 10
    assert not below.unfinished(program.root)
    whole.nothing_is_there(program.root)


def test_a_second_interruption_leaves_the_journal_to_the_next_command(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    program.run("use", old.version).ended(0)
    with program.started("use", new.version) as process:
        _wait_until_the_engine_is_gone(program.root, process)
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        finish(process).ended(130)
    program.run("recover").ended(0)
    whole.is_whole(program, old.version)


def test_a_holder_that_was_killed_does_not_block(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    lock = program.root / below.STATE / "lock"
    with _holder(lock) as holder, program.started("use", engine.version) as process:
        time.sleep(1)
        assert process.poll() is None
        holder.kill()
        holder.wait()
        finish(process).ended(0)
    whole.is_whole(program, engine.version)


def test_looking_takes_no_lock(program: Dockswitch, mirror: Mirror, stock: Stock) -> None:
    stock.hand_out(program.root, mirror.engines[0])
    lock = program.root / below.STATE / "lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for words in (["list"], ["status"], ["history"], ["use", "stable", "--dry-run"]):
            program.run(*words, limit=20).ended(0)


def _holder(lock: Path) -> subprocess.Popen[str]:
    """A process that holds the lock, and has it already."""
    script = (
        "import fcntl, sys, time\n"
        "held = open(sys.argv[1], 'w')\n"
        "fcntl.flock(held, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\n"
        "time.sleep(120)\n"
    )
    words = [sys.executable, "-I", "-c", script, str(lock)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def _wait_until_the_engine_is_gone(root: Path, process: subprocess.Popen[str]) -> None:
    while below.dockerds(root):
        assert process.poll() is None, finish(process)
        time.sleep(0.005)
