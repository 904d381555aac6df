"""The files of a Debian machine with systemd, built once and kept."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.integration.archive import SUITES, Archive, ArchiveMissing

#: Where the program's dependencies are on the machine, and where it is installed; as pipx does, in
#: a folder that is on nobody's PATH but its owner's.
PACKAGES, PROGRAM = "/opt/dockswitch/packages", "/opt/dockswitch/bin/dockswitch"

#: Where the checkout's package is bound, and a mirror.
CHECKOUT, MIRROR = "/opt/dockswitch/checkout", "/mirror"

#: An ordinary person, and one who may use sudo without a password.
PERSON, ADMIN = "anna", "adam"

#: What systemd with logins and user managers wants, then engines, then engines without root.
_DEBS = (
    *("systemd", "systemd-sysv", "dbus", "dbus-user-session", "libpam-systemd", "sudo"),
    *("python3", "ca-certificates", "procps", "iptables", "iproute2", "kmod"),
    *("libseccomp2", "libdevmapper1.02.1", "libsystemd0"),
    *("uidmap", "slirp4netns", "fuse-overlayfs"),
    "openssh-server",
)

#: What the program is started by; its own path is what units and sudo are to name.
_PROGRAM = f"""\
#!/usr/bin/python3
import sys

sys.path[:0] = ["{CHECKOUT}", "{PACKAGES}"]
from dockswitch.cli.main import main

sys.exit(main())
"""

_FILES = {
    PROGRAM: _PROGRAM,
    "/etc/hosts": "127.0.0.1 localhost machine\n::1 localhost\n",
    f"/etc/sudoers.d/{ADMIN}": f"{ADMIN} ALL=(ALL) NOPASSWD: ALL\n",
}

#: seconds
_BOOTSTRAP_LIMIT, _OTHERS_LIMIT = 600, 180


def build(cache: Path) -> Path:
    """The root folder of such a machine, in a folder of its builder's own below `cache`.

    Call it in the machine's network. Raises `ArchiveMissing` where what it is made of cannot be
    had.
    """
    return kept(cache, builder_digest(), _build_in)


def kept(cache: Path, digest: str, build_in: Callable[[Path], None]) -> Path:
    """The folder that a builder fills, built where it is not there yet; the digest is its own."""
    cache.mkdir(parents=True, exist_ok=True)
    root = cache / digest[:16]
    with root.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if root.is_dir():
            return root
        temporary = root.with_suffix(".tmp")
        # Only a builder that was killed leaves one: we hold the lock.
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            build_in(temporary)
            temporary.rename(root)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return root


def builder_digest() -> str:
    """Identifies the builder by its source and by what it is told to install."""
    source = Path(__file__).read_bytes()
    return hashlib.sha256(source + "\n".join(_requirements()).encode()).hexdigest()


def _build_in(root: Path) -> None:
    own = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    # Binaries of the mirror's engines were chosen by whether they run on this machine.
    bootstrap(root, own if own in SUITES else "bookworm", _DEBS)
    for path, text in _FILES.items():
        (root / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        (root / path[1:]).write_text(text)
    (root / PROGRAM[1:]).chmod(0o755)
    (root / f"etc/sudoers.d/{ADMIN}").chmod(0o440)
    for place in (CHECKOUT, MIRROR):
        (root / place[1:]).mkdir(parents=True)
    _dependencies(root)
    for person in (PERSON, ADMIN):
        _inside(root, "useradd", "--create-home", "--shell", "/bin/bash", person)
    readied(root)


def readied(root: Path) -> None:
    """Makes a new machine's files those of one that was never booted."""
    # Whoever wants to be served by it starts it for one connection.
    _inside(root, "systemctl", "--root=/", "disable", "ssh.service", "ssh.socket")
    _without_generators(root)
    # Each boot of a copy is to get an id of its own.
    (root / "etc/machine-id").write_text("")


def _without_generators(root: Path) -> None:
    """Masks what looks for hardware, consoles and file systems; see systemd.generator(7).

    They run at each boot and each daemon-reload, of which packages of an engine want several, and
    in a container they find nothing. The one for scripts in /etc/init.d stays: engines bring one.
    """
    masks = root / "etc/systemd/system-generators"
    masks.mkdir(parents=True)
    for generator in (root / "lib/systemd/system-generators").iterdir():
        if generator.name != "systemd-sysv-generator":
            (masks / generator.name).symlink_to("/dev/null")


def bootstrap(root: Path, suite: str, debs: Sequence[str]) -> None:
    """A Debian with these packages besides the least that there is, and no source of apt's.

    Raises `ArchiveMissing`.
    """
    words = ["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={','.join(debs)}"]
    ran = _run([*words, suite, root, "-"], _BOOTSTRAP_LIMIT, Archive.of_machine().stanza(suite))
    if ran.returncode != 0:
        raise ArchiveMissing(f"mmdebstrap of {suite}: {_last_line(ran)}")
    for source in (root / "etc/apt/sources.list.d").iterdir():
        source.unlink()


def _dependencies(root: Path) -> None:
    """Install what the program depends on for the machine's own Python, not for ours."""
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = _inside(root, "python3", "-c", asked).strip()
    words = ["install", "--quiet", "--target", f"{root}{PACKAGES}"]
    words += ["--python-version", version, "--only-binary=:all:", *_requirements()]
    ran = _run([sys.executable, "-m", "pip", *words], _OTHERS_LIMIT)
    if ran.returncode != 0:
        raise ArchiveMissing(f"the program's dependencies cannot be had: {_last_line(ran)}")
    _inside(root, "python3", "-m", "compileall", "-q", PACKAGES)


def _requirements() -> list[str]:
    return sorted(importlib.metadata.requires("dockswitch") or ())


def _inside(root: Path, *words: str) -> str:
    ran = _run(["chroot", root, *words], _OTHERS_LIMIT)
    assert ran.returncode == 0, f"{words[0]} in the new machine: {ran.stderr}"
    return ran.stdout


def _run(
    words: Sequence[str | Path], limit: int, given: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        env={**os.environ, "LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        input=given,
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )


def _last_line(ran: subprocess.CompletedProcess[str]) -> str:
    said = (ran.stdout + ran.stderr).strip().splitlines()
    return said[-1] if said else "failed without a word"
