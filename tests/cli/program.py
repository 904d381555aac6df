"""The program as a user runs it: its words in, its exit code and both streams out."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import platform
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dockswitch.cli.main import main

# Nothing of whoever runs the tests: no proxies, no certificates, no .netrc, no settings.
_KEPT = ("PATH", "LANG", "TMPDIR")
REPOSITORY = Path(__file__).parent.parent.parent

# It hears them no more once it has ended, which would last here.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Said:
    """What a run left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout; anything else there fails."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    @property
    def error(self) -> dict[str, str]:
        found: dict[str, str] = self.json["error"]
        return found

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass(frozen=True)
class Program:
    """dockswitch in an environment of its own; `root` is its DOCKSWITCH_ROOT.

    It stands in `folder`, or else in `home`.
    """

    home: Path
    root: Path
    env: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    def __call__(self, *words: str, **env: str) -> Said:
        """Runs it in this process, through the same entry point, which is fast."""
        out, err = _stream(), _stream()
        with _environment(self._environ(env), self.folder or self.home), _signals():
            was = sys.argv, sys.stdin, os.umask(0o022)
            sys.argv, sys.stdin = ["dockswitch", *words], io.StringIO()
            try:
                with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                    code = _exit_code()
            finally:
                sys.argv, sys.stdin, _ = *was[:2], os.umask(was[2])
        return Said(code, _text(out), _text(err))

    def process(self, *words: str, **env: str) -> Said:
        """Runs it as a process of its own, where the process matters."""
        done = subprocess.run(
            self.argv(*words),
            env=self._environ(env),
            cwd=self.folder or self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def terminal(self, typed: str, *words: str, **env: str) -> Said:
        """Runs it on a terminal where that is typed: stdin and stderr are one, stdout is not."""
        leader, follower = os.openpty()
        # a new one has no size, and shows no progress
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        process = subprocess.Popen(
            self.argv(*words),
            env=self._environ(env),
            cwd=self.folder or self.home,
            stdin=follower,
            stdout=subprocess.PIPE,
            stderr=follower,
            start_new_session=True,
        )
        os.close(follower)
        os.write(leader, typed.encode())
        shown: list[bytes] = []
        reading = threading.Thread(target=_drain, args=(leader, shown))
        reading.start()
        out, _ = process.communicate(timeout=60)
        reading.join()
        os.close(leader)
        return Said(
            process.returncode, out.decode(), b"".join(shown).decode().replace("\r\n", "\n")
        )

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """A process that the test talks with."""
        return subprocess.Popen(
            self.argv(*words),
            env=self._environ(env),
            cwd=self.folder or self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def argv(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "dockswitch", *words]

    def environ(self, **env: str) -> dict[str, str]:
        """What a process of it gets to see."""
        return self._environ(env)

    def at(self, folder: Path) -> Program:
        """The same in another folder."""
        return replace(self, folder=folder)

    def given(self, **env: str) -> Program:
        """The same with more in its environment."""
        return replace(self, env={**self.env, **env})

    def plain(self, text: str) -> str:
        """The text with the places and sums of this run given names."""
        text = text.replace(str(self.root), "ROOT").replace(str(self.home), "HOME")
        text = re.sub(r"file:///\S*?mirror\d*(?=/|\b)", "file:///MIRROR", text)
        text = re.sub(r"http://127\.0\.0\.1:\d+", "http://MIRROR", text)
        text = re.sub(r"\b[0-9a-f]{64}\b", "SHA256", text)
        text = re.sub(r"(?<=-)[0-9a-f]{12}\b", "DIGEST", text)
        text = re.sub(r"\d+ bytes", "N bytes", text)
        text = re.sub(r'("bytes"|"seconds"): [\d.]+', r"\1: N", text)
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", text)
        machine = re.escape(platform.machine())
        return re.sub(
            rf"(\(static, linux/|/static/\w+/|has no '\S+' for linux/){machine}", r"\1MACHINE", text
        )

    def told(self, said: Said) -> str:
        """A run as a snapshot shows it."""
        parts = [f"exit {said.code}"]
        parts += [f"--- stdout\n{said.out}"] if said.out else []
        parts += [f"--- stderr\n{said.err}"] if said.err else []
        return self.plain("\n".join(part.rstrip("\n") for part in parts))

    def _environ(self, env: Mapping[str, str]) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        fixed = {
            "HOME": str(self.home),
            "NETRC": str(self.home / "no-netrc"),
            "PYTHONPATH": str(REPOSITORY),
            "COLUMNS": "80",
            "DOCKSWITCH_ROOT": str(self.root),
        }
        return {**kept, **fixed, **self.env, **env}


def _drain(leader: int, shown: list[bytes]) -> None:
    with contextlib.suppress(OSError):  # how a terminal says that nobody is left
        while piece := os.read(leader, 4096):
            shown.append(piece)


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode()


def _exit_code() -> int:
    heard = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    finally:
        for number, listener in heard.items():
            signal.signal(number, listener)
    return 0


@contextlib.contextmanager
def _environment(env: Mapping[str, str], folder: Path) -> Iterator[None]:
    # By its handle: an ordinary user, whom a test may be by then, may not walk to it by name.
    was, stood = dict(os.environ), os.open(".", os.O_RDONLY | os.O_DIRECTORY)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    try:
        yield
    finally:
        os.fchdir(stood)
        os.close(stood)
        os.environ.clear()
        os.environ.update(was)


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """The program takes some signals for itself; they are given back."""
    was = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in was.items():
            signal.signal(number, handler)
