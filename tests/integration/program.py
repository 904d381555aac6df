"""dockswitch as its users run it: a process of its own, below a root, with one mirror."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: seconds: two starts of an engine that was killed before, and more
_LIMIT = 240

#: What would lead the program, or a docker client, elsewhere than the test says.
_MISLEADING = ("DOCKSWITCH_", "DOCKER_", "XDG_")


@dataclass(frozen=True)
class Result:
    """How a run ended; `plain` is the one JSON object of its stdout, where that was asked for."""

    code: int
    plain: dict[str, Any]
    out: str
    err: str

    def ended(self, code: int) -> Result:
        """Itself, once it is sure that it ended with that code."""
        assert self.code == code, f"ended with {self.code}, not {code}:\n{self.out}{self.err}"
        return self

    @property
    def error(self) -> str:
        """All that a failure says: its code, message, details and hint."""
        return " | ".join(str(part) for part in self.plain["error"].values())


@dataclass(frozen=True)
class Dockswitch:
    """The program below `root`; `mirror` is the address that it fetches from."""

    root: Path
    mirror: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def run(self, *words: str, limit: float = _LIMIT) -> Result:
        """Run it for a program: with --json, of which stdout must be exactly one object."""
        return result(*self._communicate(["--json", *words], limit), as_json=True)

    def told(self, *words: str, limit: float = _LIMIT) -> Result:
        """Run it for a person: lines on stdout."""
        return result(*self._communicate(words, limit), as_json=False)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Begin a run with --json and do not wait for it; `finish` does."""
        return subprocess.Popen(
            self._argv(["--json", *words]),
            cwd=self.root,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def environment(self) -> dict[str, str]:
        """What a run knows of ours; its home is below the root too."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_MISLEADING) and not name.lower().endswith("_proxy")
        }
        return {**kept, "HOME": str(self.root / "home"), "LC_ALL": "C.UTF-8", **self.settings}

    def _communicate(
        self, words: list[str] | tuple[str, ...], limit: float
    ) -> tuple[int, str, str]:
        ran = subprocess.run(
            self._argv(words),
            cwd=self.root,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=limit,
        )
        return ran.returncode, ran.stdout, ran.stderr

    def _argv(self, words: list[str] | tuple[str, ...]) -> list[str]:
        program = [sys.executable, "-m", "dockswitch"]
        return [*program, "--root", str(self.root), "--mirror", self.mirror, *words]


def finish(process: subprocess.Popen[str], limit: float = _LIMIT) -> Result:
    """Wait for a run that was started."""
    out, err = process.communicate(timeout=limit)
    return result(process.returncode, out, err, as_json=True)


def result(code: int, out: str, err: str, *, as_json: bool) -> Result:
    """A run's end; with `as_json`, stdout must hold one object, also of a run that failed."""
    if not as_json:
        return Result(code, {}, out, err)
    try:
        plain = json.loads(out)
    except ValueError:
        raise AssertionError(f"stdout is not one object (code {code}):\n{out}\n{err}") from None
    assert plain["schema"] == 1
    assert isinstance(plain["command"], str)
    return Result(code, plain, out, err)
