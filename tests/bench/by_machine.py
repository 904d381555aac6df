"""A version whose virtual machine runs already, beside the docker-machine calls that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench.child import Took, run
from tests.bench.environment import dockswitch
from tests.bench.figures import Figure, Ratio, pairs
from tests.cli import machines

_MOST = 1.2
_VERSION = "17.06.0-ce-rc2"
_NAME = f"dockswitch-{_VERSION}"


def by_machine(folder: Path, count: int) -> Iterator[Figure]:
    """With a stand-in for docker-machine that takes as long as the real one was seen to take."""
    place = folder / "vm"
    (place / "home").mkdir(parents=True)
    root = place / "root"
    with machines.programs(place) as path:
        env = {
            "PATH": path,
            "HOME": str(place / "home"),
            "DOCKSWITCH_IMAGE_MIRROR": machines.images(place),
            "DOCKSWITCH_STANDIN_DELAYS": "yes",
        }
        words = ("use", _VERSION, "--backend", "machine")
        dockswitch(root, *words, env=env)
        env["MACHINE_STORAGE_PATH"] = f"{root}{place}/home/.docker/machine"

        def typed() -> Took:
            calls = (("status", _NAME), ("env", _NAME))
            done = [run([place / "bin/docker-machine", *each], env).took for each in calls]
            return done[0] + done[1]

        yield Ratio(
            "use of a version whose machine runs already : docker-machine status; env",
            pairs(count, lambda: dockswitch(root, *words, env=_without(env)).took, typed),
            _MOST,
        )


def _without(env: dict[str, str]) -> dict[str, str]:
    """As whoever has no store of their own named."""
    return {name: value for name, value in env.items() if name != "MACHINE_STORAGE_PATH"}
