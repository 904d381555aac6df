"""Lima in a world: limactl, its instances, and the engines that scripts put into them.

What its calls do was read in Lima's source, as that of the stand-in which runs real engines.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dockswitch.model.layout import Layout
from dockswitch.model.ports import Answer, Finished, Socket
from tests.world import World
from tests.world.engines import WELL

_VERSION = re.compile(r"^VERSION=(.*)$", re.MULTILINE)
OK = Finished(0, "", "")


def failed(message: str, code: int = 1) -> Finished:
    """As limactl ends: the last line of its log."""
    told = json.dumps(message)
    return Finished(code, "", f'time="2026-01-01T00:00:00Z" level=fatal msg={told}\n')


@dataclass
class Instance:
    """`engine` is the version that would answer, empty for none; `carried` is what was copied."""

    status: str = "Stopped"
    engine: str = ""
    carried: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Lima:
    """`faults` are what the next calls that begin with these words end with, once each."""

    world: World
    instances: dict[str, Instance] = field(default_factory=dict)
    faults: list[tuple[str, Finished]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    runs_containers: bool = True

    def run(self, argv: Sequence[str], env: Mapping[str, str | None]) -> Finished:
        words = self._words(argv, env)
        self.calls.append(shlex.join(words[:4]))
        for at, (begins, ends) in enumerate(self.faults):
            if shlex.join(words).startswith(begins):
                del self.faults[at]
                self._half(words)
                return ends
        return self._verbs[words[0]](words)

    def cut_short(self, argv: Sequence[str], env: Mapping[str, str | None]) -> None:
        self._half(self._words(argv, env))

    def has(self, socket: Socket) -> bool:
        return self._answering(socket) is not None

    def answer(self, socket: Socket, method: str, path: str) -> Answer | None:
        instance = self._answering(socket)
        if instance is None:
            return None
        if path == "/_ping":
            return Answer(WELL, b"OK")
        told = {"Version": instance.engine, "ApiVersion": "1.41", "MinAPIVersion": "1.12"}
        return Answer(WELL, json.dumps(told).encode())

    @property
    def _verbs(self) -> Mapping[str, Callable[[Sequence[str]], Finished]]:
        return {
            "list": self._list,
            "create": self._create,
            "start": self._start,
            "stop": self._stop,
            "delete": self._delete,
            "copy": self._copy,
            "shell": self._shell,
        }

    def _words(self, argv: Sequence[str], env: Mapping[str, str | None]) -> Sequence[str]:
        assert env["LIMA_HOME"] == self.world.layout.real(self.world.layout.lima)
        assert argv[:2] == ["limactl", "--tty=false"]
        return argv[2:]

    def _answering(self, socket: Socket) -> Instance | None:
        for name, instance in self.instances.items():
            at = f"{self.world.layout.lima}/{name}/sock/docker.sock"
            if socket == at and instance.status == "Running" and instance.engine:
                return instance
        return None

    def _list(self, words: Sequence[str]) -> Finished:
        assert words == ["list", "--format", "json"]
        lines = []
        for name in self.world.files.names(self.world.layout.lima):
            if name[0] in "._":
                continue
            told: dict[str, object] = {"name": name, "status": "Broken", "vmType": "qemu"}
            if self.world.files.kind(self._yaml(name)) is None:
                told["errors"] = ["open lima.yaml: no such file or directory"]
            else:
                told |= {"status": self.instances[name].status, "config": {}}
            lines.append(json.dumps(told))
        return Finished(0, "".join(f"{line}\n" for line in lines), "")

    def _create(self, words: Sequence[str]) -> Finished:
        name = words[1].removeprefix("--name=")
        if self.world.files.kind(f"{self.world.layout.lima}/{name}") is not None:
            return failed(f"instance `{name}` already exists")
        text = self.world.files.read(self.world.layout.stored(words[-1]))
        assert text is not None
        self.world.files.write(self._yaml(name), text)
        self.instances[name] = Instance()
        return OK

    def _start(self, words: Sequence[str]) -> Finished:
        instance = self.instances[words[1]]
        if instance.status == "Broken":
            return failed("instance `it` seems running (hint: remove `ha.pid`)")
        instance.status = "Running"
        return OK

    def _stop(self, words: Sequence[str]) -> Finished:
        instance = self.instances[words[-1]]
        if "--force" not in words and instance.status != "Running":
            return failed(f"expected status `Running`, got `{instance.status}`")
        instance.status = "Stopped"
        return OK

    def _delete(self, words: Sequence[str]) -> Finished:
        _, force, name = words
        assert force == "--force"
        if self.world.files.kind(self._yaml(name)) is not None:
            del self.instances[name]
            self._forget(name)
        return OK

    def _copy(self, words: Sequence[str]) -> Finished:
        *sources, target = words[1:]
        instance = self.instances[target.partition(":")[0]]
        for source in sources:
            content = self.world.files.read(self.world.layout.stored(source))
            if content is None:
                return Finished(1, "", f"scp: stat local {source}: No such file or directory\n")
            instance.carried[source.rpartition("/")[2]] = content
        return OK

    def _shell(self, words: Sequence[str]) -> Finished:
        _, _, _, name, *command = words
        instance = self.instances[name]
        if instance.status != "Running":
            return failed(f"instance `{name}` is stopped, run `limactl start {name}`")
        if command[0] == "mkdir":
            return OK
        assert command[:3] == ["sudo", "sh", "-c"]
        if len(command) == 4:
            well = self.runs_containers
            return (
                OK if well else Finished(15, "", "the engine runs no container: broken\n  hint\n")
            )
        found = _VERSION.search(instance.carried["engine.sh"].decode())
        assert found is not None
        instance.engine = shlex.split(found[1])[0]
        instance.carried.clear()
        return OK

    def _half(self, words: Sequence[str]) -> None:
        """What a call leaves that was cut short in its midst."""
        match words:
            case ["create", name, *_]:
                self.world.files.folder(f"{self.world.layout.lima}/{name[len('--name=') :]}")
            case ["start" | "stop", *_, name]:
                self.instances[name].status = "Broken"
            case ["shell", _, _, name, "sudo", "sh", "-c", _, _, *_]:
                self.instances[name].engine = ""

    def _yaml(self, name: str) -> str:
        return f"{self.world.layout.lima}/{name}/lima.yaml"

    def _forget(self, name: str) -> None:
        folder = f"{self.world.layout.lima}/{name}"
        for path in [
            each for each in self.world.files.entries if f"{each}/".startswith(folder + "/")
        ]:
            del self.world.files.entries[path]


def world_with_lima(**published: Sequence[str]) -> tuple[World, Lima]:
    """A person's own scope in a world, with limactl."""
    world = World()
    world.publishers.published.update(published)
    world.layout = Layout.of_user(env={"HOME": "/h"}, uid=1000, root="/m")
    lima = Lima(world)
    world.labs["limactl"] = lima
    return world, lima
