"""Trials without root: beside a person's own engine, in networks of the kits' own, gone behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.integration.holdings import Mirror
from tests.integration.host_traces import differences
from tests.integration.moments import fractions
from tests.integration.namespace import short_root
from tests.integration.needs import demand, why_no_rootless
from tests.integration.person import Person, living
from tests.integration.server import serve

# One worker has all of them: they share a person whose engine runs.
pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("rootless-try")]

#: Moments at which one is killed; DOCKSWITCH_KILLS=50 makes that many.
_KILLS = int(os.environ.get("DOCKSWITCH_KILLS", "2"))

_PORT = "8080"
_SERVES = ("probe", "/busybox", "httpd", "-f", "-p", "80", "-h", "/etc")
_PUBLISHED = ("run", "--detach", "--init", "--name=web", f"--publish={_PORT}:80", *_SERVES)
_ASKS = ("busybox", "wget", "-q", "-O", "-", f"http://127.0.0.1:{_PORT}/hostname")


@pytest.fixture(scope="module")
def person(isolation: None, mirror: Mirror) -> Iterator[Person]:
    """Whose engine runs, with a container that publishes a port, and who has fetched another."""
    demand(why_no_rootless())
    with (
        serve(mirror.root) as server,
        short_root() as root,
        living(root, server.url) as person,
    ):
        person.run("use", mirror.engines[1].version).ended(0)
        person.run("try", "test", mirror.engines[-1].version, "--", "true").ended(0)
        person.import_image(Path("/bin/busybox"))
        person.docker(*_PUBLISHED)
        yield person


def test_two_of_them_publish_what_ones_own_engine_publishes_too(
    person: Person, mirror: Mirror
) -> None:
    own, engines = mirror.engines[1].version, {"old": mirror.engines[1], "new": mirror.engines[-1]}
    before = settled(person)
    with ThreadPoolExecutor(len(engines)) as at_once:
        for said in at_once.map(lambda name: keep(person, name, engines[name].version), engines):
            assert said["version"] == engines[said["name"]].version
    listed = person.run("list", "--trials").ended(0).plain["trials"]
    assert {each["name"]: each["version"] for each in listed} == {
        name: engine.version for name, engine in engines.items()
    }
    answers = {person.docker("inspect", "--format", "{{.Config.Hostname}}", "web").strip()}
    for name, engine in engines.items():
        versions = ("--format", "{{.Client.Version}} {{.Server.Version}}")
        answered = within(person, name, "docker", "version", *versions)
        assert answered == f"{engine.version} {engine.version}"
        led = person.docker("--context", f"dockswitch-{name}", "version", *versions)
        assert led.split()[1] == engine.version
        identity = within(person, name, "docker", *_PUBLISHED)[:12]
        assert within(person, name, *_ASKS) == identity
        assert within(person, name, "id", "--user") == str(person.uid)
        # Nobody but the kit may remove what this one writes.
        written = ("/busybox", "sh", "-c", _WRITES)
        within(person, name, "docker", "run", "--volume=written:/v", "probe", *written)
        answers.add(identity)
    assert len(answers) == 3
    assert person.answering() == own
    for name in engines:
        person.run("try", "--end", name).ended(0)
    assert person.run("list", "--trials").ended(0).plain["trials"] == []
    is_as_before(person, before)


_WRITES = "/busybox touch /v/x && /busybox chown -R 1000 /v && /busybox chmod 700 /v"


def test_a_command_in_one_has_its_exit_code_and_leaves_nothing(
    person: Person, mirror: Mirror
) -> None:
    engine = mirror.engines[-1]
    before = settled(person)
    script = "docker version --format {{.Server.Version}}; exit 7"
    said = person.told("try", engine.version, "--", "sh", "-c", script).ended(7)
    assert said.out.strip() == engine.version
    is_as_before(person, before)


def test_a_matrix_runs_a_command_with_each_at_once(person: Person, mirror: Mirror) -> None:
    versions = [mirror.engines[1].version, mirror.engines[-1].version]
    before = settled(person)
    script = "docker version --format {{.Server.Version}}; exit 3"
    words = ("--jobs", "2", "--", "sh", "-c", script)
    said = person.told("matrix", *versions, *words).ended(3)
    assert [line for line in said.out.splitlines() if line in versions] == versions
    is_as_before(person, before)


def test_one_that_is_killed_at_any_moment_leaves_nothing_that_recover_does_not_clean(
    person: Person, mirror: Mirror
) -> None:
    version = mirror.engines[1].version
    before = settled(person)
    words = ("try", version, "--with-image=probe", "--", "docker", "run", "probe", "/busybox")
    began = time.monotonic()
    person.run(*words).ended(0)
    took = time.monotonic() - began
    for fraction in fractions(_KILLS):
        with person.started(*words) as trial:
            with suppress(subprocess.TimeoutExpired):
                trial.wait(fraction * took)
            # setpriv has become dockswitch: they are one process.
            trial.send_signal(signal.SIGKILL)
        person.run("recover").ended(0)
        is_as_before(person, before)


def test_one_that_is_kept_ends_by_itself_when_its_time_is_up(
    person: Person, mirror: Mirror
) -> None:
    before = settled(person)
    keep = ("--keep", "soon", "--for-hours", "0.002")
    said = person.run("try", mirror.engines[1].version, *keep)
    # On a machine that is slow enough its time is up before it answers.
    assert said.code == 0 or "as soon as it began" in said.error
    deadline = time.monotonic() + 30
    while person.run("list", "--trials").ended(0).plain["trials"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    is_as_before(person, before)


def test_one_whose_keeper_is_killed_leaves_nothing_that_recover_does_not_clean(
    person: Person, mirror: Mirror
) -> None:
    before = settled(person)
    keep(person, "kept", mirror.engines[-1].version)
    # Nobody but the kit may signal what runs as such a user.
    lasting = ("run", "--detach", "--user=1000", "probe", "/busybox", "sleep", "600")
    within(person, "kept", "docker", *lasting)
    (keeper,) = [pid for pid, said in person.processes().items() if "-m dockswitch" in said]
    os.kill(keeper, signal.SIGKILL)
    person.run("recover").ended(0)
    is_as_before(person, before)


def keep(person: Person, name: str, version: str) -> dict[str, Any]:
    """What is said of one that is kept, with an image of busybox."""
    return person.run("try", version, "--keep", name, "--with-image", "probe").ended(0).plain


def within(person: Person, name: str, *words: str) -> str:
    return person.told("try", "--in", name, "--", *words).ended(0).out.strip()


def settled(person: Person) -> dict[str, object]:
    """What is seen when their own engine has done what it had to do."""
    found = seen(person)
    while differences(found, now := after_a_while(person)):
        found = now
    return found


def after_a_while(person: Person) -> dict[str, object]:
    time.sleep(0.3)
    return seen(person)


def is_as_before(person: Person, before: dict[str, object]) -> None:
    """Fail unless it is, or is soon: what was killed may not be gone yet."""
    deadline = time.monotonic() + 10
    while found := differences(before, seen(person)):
        print("not yet:", found)
        assert time.monotonic() < deadline
        time.sleep(0.2)


def seen(person: Person) -> dict[str, object]:
    """What runs as them, what their engine has, and what lies where anything is written."""
    places = [person.root / "run", person.root / "run/dockswitch/trials"]
    places += [person.home / ".local/share", person.state / "versions", person.state / "trials"]
    clients = [*(person.home / ".config").rglob("*"), *(person.home / ".docker").rglob("*")]
    asked = ("ps", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}} {{.Image}}")
    return {
        "processes": person.processes(),
        "names": {str(each): _names(each) for each in places},
        # A client leaves the folders of its contexts behind, empty.
        "clients": sorted(str(each) for each in clients if not each.is_dir()),
        "containers": person.docker(*asked),
        "links": sorted(os.listdir("/sys/class/net")),
        "mounts": Path("/proc/self/mountinfo").read_text(),
    }


def _names(place: Path) -> list[str]:
    return sorted(os.listdir(place)) if place.is_dir() else []
