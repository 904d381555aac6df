"""Each real client against each real engine: what `compat` says of them is what they do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from dockswitch.model import clients, negotiation
from dockswitch.model.clients import Client
from dockswitch.model.negotiation import Engine, Terms
from dockswitch.model.version import Version
from dockswitch.switching import compat
from tests.integration.daemon import Daemon
from tests.integration.holdings import Mirror
from tests.integration.namespace import short_root
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

#: too old for one of them, in the range of some, of one alone, and too new for all
_PINS = ("1.11", "1.12", "1.23", "1.24", "1.40", "1.41", "1.42", "1.45", "1.46", "1.51", "1.52")


@pytest.fixture(scope="module")
def engines(isolation: None, mirror: Mirror, stock: Stock) -> Iterator[dict[str, Daemon]]:
    """Each engine of the mirror, running by itself."""
    with ExitStack() as left:
        found = {}
        for tarball in mirror.engines:
            folder = stock.folder(tarball)
            daemon = Daemon.start(folder, left.enter_context(short_root()))
            left.callback(daemon.stop)
            found[tarball.version] = daemon
        yield found
        for daemon in found.values():  # they stop side by side
            daemon.process.terminate()


def test_every_client_meets_every_engine_on_the_terms_told(engines: dict[str, Daemon]) -> None:
    for asks, client in engines.items():
        for answers, engine in engines.items():
            told = compat.of_both(compat.client(asks), compat.engine(answers)).pair
            assert told is not None
            assert met(client.folder, engine) == told.terms.api, f"{asks} and {answers}"
            assert told.terms.work


@pytest.mark.parametrize("pin", _PINS)
def test_docker_api_version_is_met_on_the_terms_told(engines: dict[str, Daemon], pin: str) -> None:
    for asks, client in engines.items():
        for answers, engine in engines.items():
            told = terms(asks, pin, answers)
            said = refusal(client.folder, engine, pin)
            assert said == told.message, f"{asks} with {pin} and {answers}"
            alone = negotiation.terms(Client(None, pin), known(answers))
            assert (told.how, told.api) == (alone.how, alone.api)


def test_the_record_says_of_each_engine_what_it_says_of_itself(
    engines: dict[str, Daemon],
) -> None:
    for version, engine in engines.items():
        said = engine.version()
        assert known(version).newest == said["ApiVersion"]
        assert known(version).oldest == said["MinAPIVersion"]


def test_the_client_and_the_engine_of_a_machine_are_told(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    used, kept = mirror.engines[0], mirror.engines[-1]
    stock.hand_out(program.root, used, kept)
    program.run("use", used.version).ended(0)
    path = f"{program.root}/usr/local/bin:{stock.folder(kept)}:/usr/bin:/bin"
    here = Dockswitch(program.root, program.mirror, {"PATH": path})
    plain = here.run("compat").ended(0).plain
    assert (plain["client"]["version"], plain["engine"]["version"]) == (used.version,) * 2
    assert (plain["how"], plain["speaks"]) == ("directly", used.api)
    others = {row["version"]: row["how"] for row in plain["accepts"]}
    assert others[kept.version] == "negotiated"
    assert {row["version"]: row["kept"] for row in plain["accepted_by"]} == {
        used.version: False,
        kept.version: True,
    }
    pinned = Dockswitch(program.root, program.mirror, {"PATH": path, "DOCKER_API_VERSION": "1.11"})
    assert pinned.run("compat").ended(0).plain["how"] == "refused"


def met(folder: Path, engine: Daemon) -> str:
    """The API that the client asks that engine for, as it says it itself."""
    ran = docker(folder, engine, ["version", "--format", "{{.Client.APIVersion}}"])
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def refusal(folder: Path, engine: Daemon, pin: str) -> str:
    """What the client's user sees with that DOCKER_API_VERSION, and nothing where it works."""
    ran = docker(folder, engine, ["ps"], DOCKER_API_VERSION=pin)
    assert (ran.returncode == 0) is (ran.stderr == "")
    return ran.stderr.strip()


def docker(
    folder: Path, engine: Daemon, words: Sequence[str], **env: str
) -> subprocess.CompletedProcess[str]:
    plain = {"PATH": os.defpath, "HOME": str(engine.root)}
    return subprocess.run(
        [folder / "docker", "--host", f"unix://{engine.root}/s", *words],
        env={**plain, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def known(version: str) -> Engine:
    found = negotiation.recorded(Version.parse(version))
    assert found is not None
    return found


def terms(asks: str, pin: str, answers: str) -> Terms:
    client = clients.recorded(Version.parse(asks))
    assert client is not None
    return negotiation.terms(client.pinned(pin), known(answers))
