"""Up and down over real engines, with containers, volumes and networks counted on both sides."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

import pytest

from tests.integration import below, whole
from tests.integration.carried import fill, reaches_volumes, seen
from tests.integration.holdings import Engine, Mirror
from tests.integration.needs import demand
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

#: The jumps between two of the mirror's engines, by their places in it, and whether containers
#: outlive them; DOCKSWITCH_JUMPS=all for all of them.
_ALL = os.environ.get("DOCKSWITCH_JUMPS") == "all"
_PAIRS = [(low, high) for high in range(4) for low in range(high)] if _ALL else [(0, 3)]
_LIVES = ["stops", "keeps"]

#: What comes back with its engine, by the policies' own words.
_BACK = {"always", "unless-stopped"}


@dataclass(frozen=True)
class Keep:
    """Whether containers outlive a restart of their engine."""

    over_a_restart: bool


@pytest.fixture(params=_LIVES)
def live_restore(request: pytest.FixtureRequest, program: Dockswitch) -> Keep:
    """Whether containers outlive their engine; daemon.json says so, and asks for a bridge."""
    demand(None if shutil.which("iptables") else "a bridge needs iptables")
    keep = Keep(request.param == "keeps")
    config = program.root / "etc/docker/daemon.json"
    config.parent.mkdir(parents=True)
    # A bridge, since user-defined networks need it: the tests have a network of their own.
    config.write_text(
        f'{{"live-restore": {str(keep.over_a_restart).lower()}, "bridge": "", "iptables": true,'
        ' "ip6tables": false, "bip": "10.231.7.1/24",'
        ' "default-address-pools": [{"base": "10.232.0.0/16", "size": 24}]}'
    )
    return keep


def pair(mirror: Mirror, at: tuple[int, int]) -> tuple[Engine, Engine]:
    if at[1] >= len(mirror.engines):
        pytest.skip(f"the mirror has {len(mirror.engines)} engines only")
    return mirror.engines[at[0]], mirror.engines[at[1]]


@pytest.mark.parametrize("live_restore", _LIVES if _ALL else _LIVES[:1], indirect=True)
@pytest.mark.parametrize("at", _PAIRS, ids=str)
def test_up_and_down_again_loses_nothing(
    program: Dockswitch, mirror: Mirror, stock: Stock, live_restore: Keep, at: tuple[int, int]
) -> None:
    old, new = pair(mirror, at)
    stock.hand_out(program.root, old, new)
    program.run("use", old.version).ended(0)
    whole.docker(program, "network", "create", "net")
    fill(program, "net")
    before = seen(program)
    assert len(before.running) == 4

    program.run("use", new.version).ended(0)
    up = seen(program)
    assert (up.volumes, up.networks, set(up.pids)) == (
        before.volumes,
        before.networks,
        set(before.pids),
    )
    if live_restore.over_a_restart:
        assert up.pids == before.pids
    else:
        assert up.running >= _BACK
        assert "no" not in up.running
    reaches_volumes(program, sorted(up.running))
    fill(program, "net", prefix="newer-")
    before = seen(program)

    program.run("use", old.version).ended(0)
    down = seen(program)
    assert (down.volumes, down.networks, set(down.pids)) == (
        before.volumes,
        before.networks,
        set(before.pids),
    )
    if live_restore.over_a_restart:
        assert down.running == before.running
        kept = {name: pid for name, pid in before.pids.items() if not name.startswith("newer-")}
        assert {name: down.pids[name] for name in kept} == kept
    else:
        assert down.running >= _BACK | {f"newer-{each}" for each in _BACK}
    reaches_volumes(program, sorted(down.running))
    assert below.answering(program.root) == old.version


@pytest.mark.parametrize("live_restore", _LIVES if _ALL else _LIVES[1:], indirect=True)
def test_all_the_way_up_and_down(
    program: Dockswitch, mirror: Mirror, stock: Stock, live_restore: Keep
) -> None:
    stock.hand_out(program.root, *mirror.engines)
    first, *others = mirror.engines
    program.run("use", first.version).ended(0)
    whole.docker(program, "network", "create", "net")
    fill(program, "net")
    before = seen(program)
    for engine in (*others, *reversed(mirror.engines[:-1])):
        program.run("use", engine.version).ended(0)
        now = seen(program)
        assert now.running >= (before.running if live_restore.over_a_restart else _BACK)
        assert (now.volumes, now.networks) == (before.volumes, before.networks)
        if live_restore.over_a_restart:
            assert now.pids == before.pids
    reaches_volumes(program, sorted(_BACK))


def test_an_undone_switch_brings_back_what_has_no_policy_too(
    program: Dockswitch, mirror: Mirror, stock: Stock, live_restore: Keep
) -> None:
    new, old = mirror.engines[-1], mirror.engines[0]
    stock.hand_out(program.root, new, old)
    program.run("use", new.version).ended(0)
    fill(program, "none")
    before = seen(program)
    asks = program.root / "asks"
    asks.write_text(
        '#!/bin/sh\necho "$DOCKER_HOST"; docker version --format {{.Server.Version}}; exit 7\n'
    )
    asks.chmod(0o755)
    error = program.run("use", old.version, "--probe", str(asks)).ended(15).error
    assert f"the probe `{asks}` ended with 7" in error
    assert f"unix://{program.root / below.SOCKET}" in error
    assert old.version in error
    after = seen(program)
    assert below.answering(program.root) == new.version
    # what failed on purpose when it was stopped may have been started by its policy or by us
    assert after.running == before.running
    assert after.volumes == before.volumes


def test_an_undone_switch_up_starts_anew_what_the_newer_engine_restarted(
    program: Dockswitch, mirror: Mirror, stock: Stock, live_restore: Keep
) -> None:
    old, new = mirror.engines[0], mirror.engines[-1]
    stock.hand_out(program.root, old, new)
    program.run("use", old.version).ended(0)
    fill(program, "none")
    before = seen(program)
    asks = program.root / "asks"
    asks.write_text("#!/bin/sh\ndocker restart no unless-stopped || exit 8\nexit 7\n")
    asks.chmod(0o755)
    error = program.run("use", new.version, "--probe", str(asks)).ended(15).error
    assert f"the probe `{asks}` ended with 7" in error
    after = seen(program)
    assert below.answering(program.root) == old.version
    assert after.running == before.running
    if live_restore.over_a_restart:
        assert after.pids["always"] == before.pids["always"]
    reaches_volumes(program, sorted(after.running))
