"""An engine that a person unpacked and started by hand: adopted, left, and gone back to."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import below, whole
from tests.integration.daemon import Daemon
from tests.integration.holdings import Mirror
from tests.integration.image import image_of
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock
from tests.integration.sweep import processes_of

pytestmark = pytest.mark.engine


@pytest.fixture
def neighbour(program: Dockswitch, mirror: Mirror, stock: Stock) -> Iterator[Daemon]:
    """An engine on our socket and data-root, which came from a folder of its own."""
    own = program.root / "n"
    own.mkdir()
    (program.root / "run").mkdir()
    options = [
        f"--host=unix://{program.root}/run/docker.sock",
        f"--data-root={program.root}/var/lib/docker",
    ]
    daemon = Daemon.start(stock.folder(mirror.engines[0]), own, *options)
    yield daemon


def test_it(program: Dockswitch, mirror: Mirror, stock: Stock, neighbour: Daemon) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, new)
    print(program.told("use", new.version))
    print(program.told("adopt", "--dry-run"))
    print(program.told("adopt"))
    print(program.told("adopt"))
    print(program.told("status"), program.told("history"), program.told("list"))
    print(program.told("use", new.version, "--dry-run"))
    print(program.told("use", new.version))
    print(program.told("status"), program.told("history"), program.told("list"))
    print(program.told("use", "system"))
    print(program.told("status"), program.told("history"), program.told("list"))
    print(program.told("adopt"))
    print(program.told("rollback"))
    print(program.told("rollback", "0"))
    assert 0
