"""^C at any moment of a real switch: undone or done, never between, and never a traceback."""

from __future__ import annotations

import signal
import subprocess
import time
from contextlib import suppress

import pytest

from tests.integration import below, whole
from tests.integration.dice import chosen, dice
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch, finish
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

#: A run is cut into so many moments, of which few are tried.
_MOMENTS = 200


def test_an_interrupt_at_any_moment_leaves_one_version_whole(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = (engine.version for engine in mirror.engines[:2])
    stock.hand_out(program.root, *mirror.engines[:2])
    program.run("use", new).ended(0)
    began = time.monotonic()
    program.run("use", old).ended(0)
    took = time.monotonic() - began
    rolled = dice()
    for moment in chosen(range(_MOMENTS), 3):
        running = below.dockerds(program.root)
        number = rolled.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        with program.started("use", new) as process:
            with suppress(subprocess.TimeoutExpired):
                # Before, Python itself is still starting, and nobody hears a signal.
                process.wait(0.4 + took * moment / _MOMENTS)
            process.send_signal(number)
            said = finish(process)
        assert said.code in (0, 130), said
        assert "Traceback" not in said.err
        if said.code == 130:
            assert said.plain["error"]["code"] == "interrupted"
        assert program.run("recover").ended(0).plain["changed"] is False
        found = program.told("current").ended(0).out.strip()
        if found == old and said.plain.get("error", {}).get("details") == "nothing was changed":
            assert below.dockerds(program.root) == running
        assert below.answering(program.root) == found
        assert not below.unfinished(program.root)
        program.run("use", old).ended(0)
    whole.is_whole(program, old)
