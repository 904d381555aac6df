"""limactl's words, and what each of them does."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from tests.integration import systemd_machine
from tests.standins.lima import guest, host_agent, instances
from tests.standins.lima.instances import Instance
from tests.standins.lima.log import Fatal, log

#: seconds
_START_LIMIT = 120.0


def main(words: Sequence[str]) -> int:
    asked = _parser().parse_args(words)
    try:
        code: int = asked.does(asked)
    except Fatal as error:
        log("fatal", str(error))
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="limactl", allow_abbrev=False)
    parser.add_argument("--tty", choices=["false"], required=True)
    commands = parser.add_subparsers(required=True)

    def command(name: str, does: object) -> argparse.ArgumentParser:
        added = commands.add_parser(name, allow_abbrev=False)
        added.set_defaults(does=does)
        return added

    listing = command("list", _list)
    listing.add_argument("--format", choices=["json"], required=True)
    create = command("create", _create)
    create.add_argument("--name")
    create.add_argument("--list-drivers", action="store_true")
    create.add_argument("--vm-type", default="")
    create.add_argument("--cpus", type=int, default=0)
    create.add_argument("--memory", type=float, default=0)
    create.add_argument("file", nargs="?")
    command("start", _start).add_argument("name")
    for name, does in (("stop", _stop), ("delete", _delete)):
        ends = command(name, does)
        ends.add_argument("--force", action="store_true")
        ends.add_argument("name")
    shell = command("shell", _shell)
    shell.add_argument("--workdir", default="/")
    shell.add_argument("name")
    shell.add_argument("words", nargs=argparse.REMAINDER)
    command("copy", _copy).add_argument("paths", nargs="+")
    command("hostagent", _hostagent).add_argument("name")
    return parser


def _list(asked: argparse.Namespace) -> int:
    every = instances.every()
    if not every:
        log("warning", "No instance found. Run `limactl create` to create an instance.")
    for instance in every:
        print(json.dumps(instance.plain()))
    return 0


def _create(asked: argparse.Namespace) -> int:
    if asked.list_drivers:
        print("qemu")
        return 0
    instance = instances.named(asked.name)
    instances.refuse_long(instance)
    if instance.folder.exists():
        raise Fatal(f"instance `{instance.name}` already exists (`{instance.folder}`)")
    if asked.vm_type not in ("", "qemu"):
        raise Fatal(f"vmType `{asked.vm_type}` is not a registered driver")
    log("info", "Terminal is not available, proceeding without opening an editor")
    config = yaml.safe_load(Path(asked.file).read_text())
    given = {"cpus": asked.cpus, "memory": f"{asked.memory:g}GiB" if asked.memory else ""}
    config |= {name: value for name, value in given.items() if value}
    images = [each for each in config["images"] if each["arch"] == platform.machine()]
    if not images:
        raise Fatal("no images are configured")
    instance.folder.mkdir(parents=True, mode=0o700)
    instance.yaml.write_text(yaml.safe_dump(config, sort_keys=False))
    (instance.folder / "lima-version").write_text(instances.VERSION)
    log("info", f"Attempting to download the image from `{images[0]['location']}`")
    _downloaded(images[0])
    _make_disk(instance)
    log("info", f"Run `limactl start {instance.name}` to start the instance.")
    return 0


def _downloaded(image: dict[str, str]) -> None:
    """The image says nothing of what is booted, but where it is and what its digest is count."""
    try:
        content = Path(urlsplit(image["location"]).path).read_bytes()
    except OSError as error:
        raise Fatal(f"failed to download `{image['location']}`: {error}") from None
    got = f"sha256:{hashlib.sha256(content).hexdigest()}"
    if got != image["digest"]:
        raise Fatal(
            f"failed to download `{image['location']}`: expected digest `{image['digest']}`, "
            f"got `{got}`"
        )


def _make_disk(instance: Instance) -> None:
    disk = instance.folder / f"lima-{secrets.token_hex(6)}"
    disk.mkdir()
    systemd_machine.lay_out(disk, Path(os.environ["STANDIN_LIMA_FILES"]))
    (instance.folder / "disk").symlink_to(disk.name)


def _start(asked: argparse.Namespace) -> int:
    instance = instances.found(asked.name)
    if instance is None:
        raise Fatal(f"template `{asked.name}` not found")
    if instance.status == "Running":
        log("info", f"The instance `{instance.name}` is already running.")
        return 0
    if (instance.folder / "ha.pid").exists() and instance.agent:
        raise Fatal(f"instance `{instance.name}` seems running")
    log("info", f"Starting the instance `{instance.name}` with internal VM driver `qemu`")
    (instance.folder / "ha.ready").unlink(missing_ok=True)
    with (instance.folder / "ha.stderr.log").open("wb") as said:
        agent = subprocess.Popen(
            [sys.executable, sys.argv[0], "--tty=false", "hostagent", instance.name],
            stdin=subprocess.DEVNULL,
            stdout=(instance.folder / "ha.stdout.log").open("wb"),
            stderr=said,
            start_new_session=True,
        )
    (instance.folder / "ha.pid").write_text(str(agent.pid))
    deadline = time.monotonic() + _START_LIMIT
    while not (instance.folder / "ha.ready").exists():
        if agent.poll() is not None:
            raise Fatal(f"host agent process has exited: exit status {agent.returncode}")
        if time.monotonic() > deadline:
            raise Fatal("did not receive an event with the `running` status")
        time.sleep(0.05)
    log("info", f"READY. Run `limactl shell {instance.name}` to open the shell.")
    return 0


def _hostagent(asked: argparse.Namespace) -> int:
    return host_agent.run(instances.named(asked.name))


def _stop(asked: argparse.Namespace) -> int:
    instance = instances.found(asked.name)
    if instance is None:
        raise Fatal(f"open {instances.named(asked.name).yaml}: no such file or directory")
    if asked.force:
        instances.stop_forcibly(instance)
        return 0
    if instance.status != "Running":
        raise Fatal(
            f"expected status `Running`, got `{instance.status}` (maybe use `limactl stop -f`?)"
        )
    log("info", f"Sending SIGINT to hostagent process {instance.agent}")
    os.kill(instance.agent, signal.SIGINT)
    log("info", "Waiting for the host agent and the driver processes to shut down")
    instances.await_end(instance)
    return 0


def _delete(asked: argparse.Namespace) -> int:
    instance = instances.found(asked.name)
    if instance is not None:
        instances.delete(instance, force=asked.force)
        return 0
    folder = instances.named(asked.name).folder
    if folder.exists():
        raise Fatal(
            f"instance `{asked.name}` directory `{folder}` exists but its `lima.yaml` could not be "
            "read; it was NOT deleted, in case it is currently being cloned into"
        )
    log("warning", f"Ignoring non-existent instance `{asked.name}`")
    return 0


def _shell(asked: argparse.Namespace) -> int:
    return guest.run(_running(asked.name), asked.words, workdir=asked.workdir)


def _copy(asked: argparse.Namespace) -> int:
    *sources, target = asked.paths
    name, _, place = target.partition(":")
    missing = [each for each in sources if not Path(each).is_file()]
    if missing:
        print(f"scp: stat local {missing[0]!r}: No such file or directory", file=sys.stderr)
        return 1
    if shutil.which("nsenter") is None:
        raise Fatal("neither rsync nor scp found on host")
    return guest.copy(_running(name), [Path(each) for each in sources], place)


def _running(name: str) -> int:
    instance = instances.found(name)
    if instance is None:
        raise Fatal(
            f"instance `{name}` does not exist, run `limactl create {name}` to create a new "
            "instance"
        )
    if instance.status == "Stopped":
        raise Fatal(
            f"instance `{name}` is stopped, run `limactl start {name}` to start the instance"
        )
    return instance.driver
