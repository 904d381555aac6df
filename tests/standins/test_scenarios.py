"""The same scenarios with the stand-in for docker-machine, and with a real one where there is one.

    DOCKSWITCH_DOCKER_MACHINE=/path/to/docker-machine make test

The real one runs with a stub VBoxManage and a stub ssh (`stubs.py`), and the stand-in's engines.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.standins.docker_machine.placed import placed
from tests.standins.scenarios import SCENARIOS, Bench

VERSIONS = ("17.05.0-ce", "17.06.0-ce-rc2")
_NEVER_RUN = (
    "DOCKSWITCH_DOCKER_MACHINE names no docker-machine; no package registry carries one, so the "
    "stubs of VBoxManage and ssh that it would run with were never run with one"
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
def test_the_stand_in(scenario: Callable[[Bench], None], tmp_path: Path) -> None:
    if shutil.which("openssl") is None or not Path("/proc/self/stat").exists():
        pytest.skip("the stand-in's machines need openssl, and Linux")
    with placed(tmp_path) as program:
        scenario(Bench(program.path, tmp_path, VERSIONS))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
def test_a_real_docker_machine(scenario: Callable[[Bench], None], tmp_path: Path) -> None:
    real = os.environ.get("DOCKSWITCH_DOCKER_MACHINE", "")
    if not real:
        pytest.skip(_NEVER_RUN)
    from tests.standins.stubs import stubbed

    with stubbed(tmp_path) as path:
        scenario(Bench(Path(real), tmp_path, VERSIONS, {"PATH": f"{path}:{os.environ['PATH']}"}))
