"""The main job on real engines, as a person would do it: `make demo`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.integration import demo_apt
from tests.integration.demo_machine import being_made, make
from tests.integration.image import image_of
from tests.integration.mirror import build
from tests.integration.namespace import enter_mount_namespace, isolated, short_root
from tests.integration.needs import (
    why_no_namespaces,
    why_no_packages,
    why_no_systemd_machine,
)
from tests.integration.server import serve

_DOCKERS_OWN = "https://download.docker.com"
_LIVES = "{{.Id}} {{.State.Pid}} {{.State.StartedAt}}"
_CACHE = Path(__file__).resolve().parents[2] / ".cache"


def main() -> int:
    """Shows it all in a root of its own; the exit code is 0 when everything went as it should."""
    reason = why_no_namespaces()
    if reason is not None:
        print(f"the demo starts real engines, and {reason}", file=sys.stderr)
        return 1
    began = time.monotonic()
    without = why_no_systemd_machine() or why_no_packages()
    try:
        # The machine of the second part is built while the first is shown.
        with contextlib.ExitStack() as stack:
            maker = stack.enter_context(being_made(_CACHE)) if without is None else None
            with _published() as mirror, short_root() as root:
                demo = Demo(root, mirror)
                demo.switch_there_and_back()
                demo.kill_and_recover()
                demo.try_beside()
                demo.finish()
            _show_apt(maker, without)
    except subprocess.CalledProcessError as error:
        print(f"\nthe demo ends here: the last command ended with {error.returncode}")
        return 1
    except demo_apt.WentWrong as error:
        print(f"\nthe demo ends here: {error}")
        return 1
    print(f"\nDone in {time.monotonic() - began:.0f} s; nothing is left behind.")
    return 0


def _show_apt(maker: subprocess.Popen[str] | None, without: str | None) -> None:
    """The same by apt, on a machine of its own; says why where there can be none."""
    _say("\n# now apt: the packages of a whole machine with systemd, which is a container here")
    if maker is not None:
        _, said = maker.communicate()
        without = said.strip() or None if maker.returncode else None
        if maker.returncode and without is None:
            without = f"building it ended with {maker.returncode}"
    if without is not None:
        _say(f"That is not shown: {without}.")
        return
    isolated()
    # What the other process built is only opened here.
    demo_apt.show(make(_CACHE), _say)


@contextlib.contextmanager
def _published() -> Iterator[str]:
    """Docker's own host where it can be reached, else a mirror made of the Debian archive."""
    if _answers(f"{_DOCKERS_OWN}/linux/static/stable/"):
        _say(f"Taking the engines from {_DOCKERS_OWN}.")
        enter_mount_namespace()
        yield _DOCKERS_OWN
        return
    _say(f"{_DOCKERS_OWN} cannot be reached: building a mirror of real engines from the")
    _say("Debian archive instead, laid out in the same way.")
    held = build(_CACHE / "mirror")
    isolated()
    with serve(held.root) as server:
        yield server.url


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10):
            return True
    except (OSError, urllib.error.URLError):
        return False


@dataclass(frozen=True)
class Demo:
    """The commands of one demonstration, below one root."""

    root: Path
    mirror: str

    def switch_there_and_back(self) -> None:
        self.dockswitch("use", "stable")
        first = self.docker_version()
        self.dockswitch("use", *self.other_than(first))
        second = self.docker_version()
        assert second != first, f"the engine is still {first}"
        self.dockswitch("rollback")
        assert self.docker_version() == first, f"the rollback did not bring {first} back"

    def other_than(self, version: str) -> list[str]:
        """`test`; where it has the same release its newest pre-release, else an earlier line."""
        found = self.resolved("test")
        if found is not None and found != version:
            return ["test"]
        found = self.resolved("test", "latest-pre")
        if found is not None and found != version:
            return ["test", "latest-pre"]
        return ["stable", f"<{version.partition('.')[0]}"]

    def kill_and_recover(self) -> None:
        """A switch dies after it stopped the engine and before it started the other one."""
        here = self.docker_version(shown=False)
        wanted = self.other_than(here)
        _say("\n# the same switch again, killed (SIGKILL) half-way")
        _say(f"$ dockswitch use {' '.join(wanted)}")
        process = subprocess.Popen(self.command("use", *wanted), stderr=subprocess.DEVNULL)
        self.wait_for_the_engine_to_stop(process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        _say("Killed")
        self.dockswitch("status")
        self.dockswitch("recover")
        assert self.docker_version() == here, f"{here} is not back"

    def wait_for_the_engine_to_stop(self, process: subprocess.Popen[bytes]) -> None:
        socket = self.root / "run/docker.sock"
        while socket.exists():
            assert process.poll() is None, "the switch was over before it could be killed"
            time.sleep(0.002)

    def try_beside(self) -> None:
        """Another one is tried, and a container of the one that runs takes no notice."""
        here = self.docker_version(shown=False)
        _say("\n# another one beside it: what runs in it goes on, and nothing is left of the trial")
        self.docker("import", "-", "sleeper", given=image_of(Path("/bin/sleep")))
        self.docker("run", "--detach", "--network=none", "--name=mine", "sleeper", "/sleep", "300")
        before = self.docker("inspect", "--format", _LIVES, "mine")
        self.dockswitch("try", *self.other_than(here), "--", "docker", "version")
        assert self.docker_version() == here, f"{here} does not answer any more"
        _say("\n$ docker ps")
        _say(self.docker("ps").rstrip())
        assert self.docker("inspect", "--format", _LIVES, "mine") == before, "it was disturbed"
        self.docker("rm", "--force", "mine")

    def finish(self) -> None:
        self.dockswitch("history")
        self.dockswitch("daemon", "stop")

    def dockswitch(self, *words: str) -> None:
        _say(f"\n$ dockswitch {' '.join(words)}")
        subprocess.run(self.command(*words), check=True)

    def resolved(self, *words: str) -> str | None:
        """The version that a spec means; None where there is none."""
        done = subprocess.run(
            self.command("resolve", *words, "--json"), capture_output=True, check=False
        )
        return str(json.loads(done.stdout)["version"]) if done.returncode == 0 else None

    def command(self, *words: str) -> list[str]:
        words, behind = _parted(words)
        where = ["--root", str(self.root), "--mirror", self.mirror]
        return [sys.executable, "-m", "dockswitch", *words, *where, *behind]

    def docker(self, *words: str, given: bytes = b"") -> str:
        """What the client in use says of the engine in use."""
        client = [str(self.root / "usr/local/bin/docker"), *words]
        ran = subprocess.run(client, env=self.env, input=given, stdout=subprocess.PIPE, check=True)
        return ran.stdout.decode()

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "DOCKER_HOST": f"unix://{self.root}/run/docker.sock"}

    def docker_version(self, *, shown: bool = True) -> str:
        """The server's version, as the client in use asks for it; `shown` as a person would."""
        if shown:
            _say("\n$ docker version")
            _say(self.docker("version").rstrip())
        return self.docker("version", "--format", "{{.Server.Version}}").strip()


def _parted(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """dockswitch's own words, and with its `--` the command behind them."""
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at:]


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
