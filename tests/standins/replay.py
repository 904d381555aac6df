"""Transcripts of the real docker-machine, replayed to its stand-in in memory.

$ COMMAND        what was run, then what it said
= CODE
> a line of its stdout, and ! one of its stderr; `\\c` at the end: the line has no end
@ ACT            what was done in between: see `Replay.act`
"""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from dockswitch.model.ports import Finished
from tests.standins import iso
from tests.standins.docker_machine.memory import Files, Machines
from tests.standins.docker_machine.ports import Conditions
from tests.world import World

FOLDER = Path(__file__).parent / "transcripts"
LAB = "/m/lab"

# what differs from run to run: addresses, ports, resolvers, where programs lie, Go's traces
_MASKS = (
    (re.compile(r"127\.0\.(77\.\d+|0\.1)(?=:2376|:3\d{4}|$|\")", re.MULTILINE), "ADDRESS"),
    (re.compile(r"ADDRESS:(2376|3\d{4})"), "ADDRESS:PORT"),
    (re.compile(r"ssh -p \d+"), "ssh -p PORT"),
    (re.compile(r'"(SSHPort|EnginePort)":\d+'), r'"\1":PORT'),
    (re.compile(r"lookup api.github.com on \S+:53"), "lookup api.github.com on RESOLVER"),
    (re.compile(r"\S*/VBoxManage startvm"), "VBoxManage startvm"),
    (re.compile(r"goroutine \d+ \[running\]:.*", re.DOTALL), "goroutine"),
)


@dataclass(slots=True)
class Said:
    """One command and what the real program said."""

    line: int
    command: str
    code: int = 0
    out: str = ""
    err: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    line: int
    words: str


def read(name: str) -> Iterator[Said | Act]:
    """What a transcript holds, in its order."""
    said: Said | None = None
    for number, line in enumerate((FOLDER / name).read_text().splitlines(), 1):
        mark, rest = line[:1], line[2:]
        if mark in "$@#" and said is not None:
            yield said
            said = None
        if mark == "@":
            yield Act(number, rest)
        elif mark == "$":
            said = Said(number, rest)
        elif said is not None and mark == "=":
            said.code = int(rest)
        elif said is not None and mark == ">":
            said.out += rest.removesuffix("\\c") if rest.endswith("\\c") else f"{rest}\n"
        elif said is not None and mark == "!":
            said.err += f"{rest}\n"
    if said is not None:
        yield said


def masked(text: str) -> str:
    text = text.replace(LAB, "$LAB")
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


@dataclass(slots=True)
class Replay:
    world: World = field(default_factory=World)
    store: str = f"{LAB}/s1"
    env: dict[str, str] = field(default_factory=lambda: {"SHELL": "/bin/bash"})
    machines: Machines = field(init=False)

    def __post_init__(self) -> None:
        self.machines = Machines.of(self.world)

    def run(self, command: str) -> Finished:
        words = shlex.split(command.replace("$LAB", LAB))
        return self.machines.run(words, {"MACHINE_STORAGE_PATH": self.store, **self.env})

    def act(self, line: str) -> None:  # noqa: C901 -- a case for each act
        """What was done to the machine between two commands."""
        words = shlex.split(line.replace("$LAB", LAB))
        disk, machines = Files(self.world), self.machines
        match words[0], *words[1:]:
            case "store", name:
                self.store = f"{LAB}/{name}"
            case "env", *pairs:
                self.env = dict(each.split("=", 1) for each in pairs)
                at = self.env.get("DOCKER_HOST", "").removeprefix("url:")
                if at:
                    self.env["DOCKER_HOST"] = self.run(f"docker-machine url {at}").out.strip()
            case "conditions", *pairs:
                machines.conditions = _conditions(pairs)
            case "image", name, label:
                disk.write(f"{LAB}/isos/{name}.iso", iso.image(label))
                machines.network[f"http://127.0.0.1:18099/{name}.iso"] = iso.image(label)
            case "page", path:
                machines.network[f"http://127.0.0.1:18099/{path}"] = b"<html>404</html>"
            case "cache", label:
                disk.write(f"{self.store}/cache/boot2docker.iso", iso.image(label))
            case "swap", name, label:
                disk.write(f"{self.store}/machines/{name}/boot2docker.iso", iso.image(label))
            case "address", name, url:
                path = f"{self.store}/machines/{name}/config.json"
                config = json.loads(disk.read(path) or b"")
                config["Driver"]["Boot2DockerURL"] = url
                disk.write(path, json.dumps(config).encode())
            case (("forget" | "remove"), *names):
                for name in names:
                    self.run(f"docker-machine rm -f {name}")
            case "gone", name:
                disk.remove(f"{self.store}/hypervisor/{name}.json")
            case "spoil", name:
                disk.folder(f"{self.store}/machines/{name}")
            case "spoil", name, content:
                disk.write(f"{self.store}/machines/{name}/config.json", content.encode())
            case (("quiet" | "killed"), *command):
                self.run(shlex.join(command))
            case unknown:
                raise ValueError(unknown)


def _conditions(pairs: list[str]) -> Conditions:
    found = Conditions()
    for pair in pairs:
        name, _, value = pair.partition("=")
        match name:
            case "vtx":
                found = replace(found, vtx=bool(value))
            case "vboxmanage":
                found = replace(found, vboxmanage=value)
            case "plugins":
                found = replace(found, plugins=tuple(value.split()))
            case "old_clients":
                found = replace(found, old_clients=tuple(value.split()))
            case "version":
                found = replace(found, version=value)
            case "holds_at":
                found = replace(found, holds_at=value.replace("-", " "))
            case unknown:
                raise ValueError(unknown)
    return found
