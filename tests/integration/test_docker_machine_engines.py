"""The stand-in for docker-machine with real engines, and what a real docker-machine does."""

from pathlib import Path

import pytest

from tests.integration.holdings import Mirror
from tests.integration.stock import Stock
from tests.standins.docker_machine.placed import placed
from tests.standins.scenarios import Bench, switched

pytestmark = pytest.mark.engine


def test_machines_of_two_versions_run_the_real_engines_of_their_images(
    root: Path, mirror: Mirror, stock: Stock
) -> None:
    # the oldest here may refuse the newest's ways; what counts is that two differ
    chosen = mirror.engines[:2]
    engines = root / "engines"
    engines.mkdir()
    for engine in chosen:
        (engines / engine.version).symlink_to(stock.folder(engine))
    one, other = (engine.version for engine in chosen)
    with placed(root, engines=engines) as program:
        bench = Bench(program.path, root, (one, other))
        switched(bench)
        bench.create("m", bench.image("some", one))
        said = bench.run("ssh m docker version --format {{.Server.Version}}")
        assert said.strip() == one
        assert len(program.running()) == 1
    assert program.running() == []
