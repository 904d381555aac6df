"""Switches that are killed: whatever the moment, the next command leaves one version, whole."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.integration import below, whole
from tests.integration.holdings import Engine, Mirror
from tests.integration.moments import fractions
from tests.integration.program import Dockswitch, finish
from tests.integration.server import Fault, MirrorServer
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

#: For each of the commands that may come after a kill; DOCKSWITCH_KILLS=67 makes 200 of them.
_KILLS = int(os.environ.get("DOCKSWITCH_KILLS", "4"))

#: What comes next after a kill; given the version that the killed run wanted.
_NEXT: dict[str, Callable[[Dockswitch, str], object]] = {
    "recover": lambda program, wanted: program.run("recover").ended(0),
    "use": lambda program, wanted: program.run("use", wanted).ended(0),
    "status": lambda program, wanted: (
        program.run("status").ended(0),
        program.run("recover").ended(0),
    ),
}


@pytest.mark.parametrize("after", list(_NEXT))
def test_a_switch_killed_at_any_moment_leaves_one_version_whole(
    program: Dockswitch, mirror: Mirror, stock: Stock, after: str
) -> None:
    pair = mirror.engines[:2]  # the two that start fastest are the oldest ones
    stock.hand_out(program.root, *pair)
    program.run("use", pair[0].version).ended(0)
    whole_run = _measure(program, pair)
    now = pair[1].version
    for fraction in fractions(_KILLS):
        wanted = next(engine.version for engine in pair if engine.version != now)
        took = _killed(program, wanted, fraction * whole_run)
        while took is not None:
            # It was done before it could be killed: it was quicker than the one that was measured.
            whole_run, now, wanted = took, wanted, now
            took = _killed(program, wanted, fraction * whole_run)
        _NEXT[after](program, wanted)
        found = program.told("current").ended(0).out.strip()
        assert found in ((wanted,) if after == "use" else (now, wanted))
        whole.is_whole(program, found)
        now = found


def test_a_first_switch_killed_at_any_moment_leaves_nothing_or_all(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    began = time.monotonic()
    program.run("use", engine.version).ended(0)
    took = time.monotonic() - began
    for fraction in fractions(5):
        program.run("use", "system").ended(0)
        _killed(program, engine.version, fraction * took)
        program.run("recover").ended(0)
        if program.run("current").code == 0:
            whole.is_whole(program, engine.version)
        else:
            whole.nothing_is_there(program.root)


def test_a_fetch_killed_at_any_moment_keeps_nothing_half(
    program: Dockswitch, mirror: Mirror, mirror_server: MirrorServer
) -> None:
    engine = mirror.engines[0]
    began = time.monotonic()
    program.run("install", engine.version).ended(0)
    took = time.monotonic() - began
    for fraction in fractions(3):
        program.run("uninstall", engine.version).ended(0)
        _killed(program, engine.version, fraction * took, command="install")
        program.run("recover").ended(0)
        assert not below.unfinished(program.root)
        installed = program.run("list").ended(0).plain["installed"]
        assert [each["version"] for each in installed] in ([], [engine.version])
        program.run("install", engine.version).ended(0)


def test_a_switch_killed_while_it_fetches_touched_nothing(
    program: Dockswitch, mirror: Mirror, mirror_server: MirrorServer, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old)
    program.run("use", old.version).ended(0)
    running = below.dockerds(program.root)
    mirror_server.faults = lambda path: (
        Fault(cut_after=40_000_000, stall=60) if path.endswith(new.name) else None
    )
    with program.started("use", new.version) as process:
        while not any(path.name.startswith(".tmp-") for path in below.unfinished(program.root)):
            assert process.poll() is None, finish(process)
            time.sleep(0.01)
        process.kill()
    assert below.unfinished(program.root)
    program.run("recover").ended(0)
    assert below.dockerds(program.root) == running
    whole.is_whole(program, old.version)


def _measure(program: Dockswitch, pair: tuple[Engine, ...]) -> float:
    """Seconds that a whole run takes."""
    began = time.monotonic()
    program.run("use", pair[1].version).ended(0)
    return time.monotonic() - began


def _killed(program: Dockswitch, wanted: str, after: float, command: str = "use") -> float | None:
    """Kill a run after so many seconds; what it took, in seconds, where it was done before."""
    began = time.monotonic()
    with program.started(command, wanted) as process, suppress(subprocess.TimeoutExpired):
        process.wait(after)
        took = time.monotonic() - began
        finish(process).ended(0)
        return took
    return None
