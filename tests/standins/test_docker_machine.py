"""What the stand-in for docker-machine leaves behind, in memory and as a program on a PATH."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standins import iso
from tests.standins.docker_machine.memory import Machines
from tests.standins.docker_machine.placed import Placed, placed
from tests.standins.docker_machine.ports import Conditions
from tests.standins.replay import LAB, Replay

CREATE = "docker-machine create -d virtualbox --virtualbox-boot2docker-url file://$LAB/isos/"

# a kill at that moment of `create` → what `status` says: code, stdout, stderr
HALF_MADE = {
    "folder made": (1, "", f"open {LAB}/s1/machines/m/config.json: no such file or directory\n"),
    "config written": (1, "machine does not exist\n", "error getting state for host m: machine"),
    "image fetched": (1, "machine does not exist\n", "error getting state for host m: machine"),
    "machine made": (0, "Stopped\n", ""),
    "machine started": (0, "Running\n", ""),
    "engine provisioned": (0, "Running\n", ""),
}


@pytest.fixture
def replay() -> Replay:
    replay = Replay()
    for version in ("17.05.0-ce", "18.09.0"):
        files = {"VERSION.;1": version.encode()}
        replay.world.files.folder(f"{LAB.removeprefix('/m')}/isos")
        image = iso.image(iso.label(version), files)
        replay.world.write(f"{LAB.removeprefix('/m')}/isos/{version}.iso", image)
    return replay


@pytest.mark.parametrize("moment", HALF_MADE)
def test_what_a_kill_leaves_blocks_the_name_until_it_is_removed(
    replay: Replay, moment: str
) -> None:
    replay.machines.conditions = Conditions(holds_at=moment)
    assert replay.run(f"{CREATE}17.05.0-ce.iso m").code == 124
    replay.machines.conditions = Conditions()
    code, out, err = HALF_MADE[moment]
    status = replay.run("docker-machine status m")
    assert (status.code, status.out) == (code, out)
    assert status.err.startswith(err)
    again = replay.run(f"{CREATE}17.05.0-ce.iso m")
    assert (again.code, again.err) == (1, 'Docker machine "m" already exists\n')
    how = "-f" if moment == "folder made" else "-y"
    assert replay.run(f"docker-machine rm {how} m").code == 0
    assert replay.run(f"{CREATE}17.05.0-ce.iso m").code == 0


def test_an_image_whose_label_says_no_version_is_read_for_it(replay: Replay) -> None:
    assert replay.run(f"{CREATE}18.09.0.iso m").code == 0
    assert replay.run("docker-machine version m").out == "18.09.0\n"


@pytest.mark.parametrize(
    ("driver", "flag"),
    [
        *(("virtualbox", True), ("hyperv", True), ("vmwarevsphere", True), ("qemu", True)),
        *(("kvm", True), ("none", False), ("generic", False)),
    ],
)
def test_each_driver_lists_its_flags(replay: Replay, driver: str, *, flag: bool) -> None:
    helped = replay.run(f"docker-machine create -d {driver} --help")
    assert helped.code == 0
    assert (f"--{driver}-boot2docker-url" in helped.out) is flag


def test_a_world_reaches_the_engine_of_a_machine_that_runs(replay: Replay) -> None:
    from dockswitch.engine import api
    from dockswitch.model.ports import Tls

    world = replay.world
    replay.store = world.layout.real(world.layout.machines)
    replay.run(f"{CREATE}17.05.0-ce.iso m")
    at = Tls("127.0.77.2", 2376, f"{replay.store}/machines/m")
    said = api.identity(world, at)
    assert said is not None
    assert str(said.version) == "17.05.0-ce"
    replay.run("docker-machine stop m")
    assert not api.pings(world, at)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Placed]:
    if shutil.which("openssl") is None or not Path("/proc/self/stat").exists():
        pytest.skip("the program needs openssl, and Linux")
    for version in ("17.05.0-ce", "17.06.0-ce"):
        (tmp_path / f"{version}.iso").write_bytes(iso.image(iso.label(version)))
    with placed(tmp_path) as made:
        yield made


def _run(program: Placed, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program.path, *words],
        env={**os.environ, "MACHINE_STORAGE_PATH": str(program.folder.parent / "store"), **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _create(program: Placed, version: str) -> tuple[str, ...]:
    url = f"file://{program.folder.parent}/{version}.iso"
    return ("create", "-d", "virtualbox", "--virtualbox-boot2docker-url", url, f"m-{version}")


def test_the_program_runs_two_machines_whose_engines_answer_to_their_own_clients_only(
    program: Placed,
) -> None:
    for version in ("17.05.0-ce", "17.06.0-ce"):
        made = _run(program, *_create(program, version))
        assert made.returncode == 0, made.stderr
    assert len(program.running()) == 2
    told = dict(
        line.removeprefix("export ").replace('"', "").split("=", 1)
        for line in _run(program, "env", "--shell", "sh", "m-17.05.0-ce").stdout.splitlines()
        if line.startswith("export ")
    )
    certs = told["DOCKER_CERT_PATH"]
    curl = ["curl", "-s", "--cacert", f"{certs}/ca.pem", "--max-time", "10"]
    asked = [*curl, told["DOCKER_HOST"].replace("tcp", "https") + "/version"]
    anybody = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert anybody.returncode != 0
    ours = ["--cert", f"{certs}/cert.pem", "--key", f"{certs}/key.pem"]
    answer = subprocess.run([*asked, *ours], capture_output=True, text=True, check=True)
    assert '"17.05.0-ce"' in answer.stdout
    assert _run(program, "stop", "m-17.06.0-ce").returncode == 0
    assert len(program.running()) == 1


def test_a_create_that_is_killed_leaves_a_machine_that_runs_and_no_engine(
    program: Placed,
) -> None:
    store = str(program.folder.parent / "store")
    env = {**os.environ, "MACHINE_STORAGE_PATH": store}
    env["DOCKSWITCH_STANDIN_HOLDS_AT"] = "machine started"
    creating = subprocess.Popen(
        [program.path, *_create(program, "17.05.0-ce")], env=env, stdout=subprocess.DEVNULL
    )
    ends = time.monotonic() + 30
    while not program.held().exists() and time.monotonic() < ends:
        time.sleep(0.02)
    creating.send_signal(signal.SIGKILL)
    creating.wait()
    assert _run(program, "status", "m-17.05.0-ce").stdout == "Running\n"
    refused = _run(program, "env", "--shell", "sh", "m-17.05.0-ce")
    assert (refused.returncode, "connection refused" in refused.stderr) == (1, True)
    assert _run(program, "rm", "-y", "m-17.05.0-ce").returncode == 0
    assert program.running() == []


def test_machines_end_with_the_test_that_started_them(tmp_path: Path) -> None:
    (tmp_path / "17.05.0-ce.iso").write_bytes(iso.image(iso.label("17.05.0-ce")))
    with placed(tmp_path) as program:
        assert _run(program, *_create(program, "17.05.0-ce")).returncode == 0
        assert program.running()
    assert program.running() == []


def test_what_it_was_asked_is_kept_for_tests_that_count(replay: Replay) -> None:
    replay.run("docker-machine ls -q")
    assert replay.machines.calls == [("ls", "-q")]
    assert isinstance(replay.machines, Machines)
