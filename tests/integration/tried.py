"""What tests put into engines on trial, and what such an engine could leave on a machine."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dockswitch.engine.trial import Places
from dockswitch.model.layout import Layout
from dockswitch.system.payload import payload
from tests.integration import below
from tests.integration.traces import cgroups_called, traces

#: As its image has it.
BUSYBOX = "/sbin/busybox"
IMAGE = "dk-busybox"
_LOCK = "/run/xtables.lock"


def image(folder: Path) -> str:
    """The words of a shell that make the image in whatever engine they run in."""
    tar = folder / "busybox.tar"
    if not tar.exists():
        tar.write_bytes(payload("/usr/bin/busybox"))
    return f"docker import {tar} {IMAGE} >/dev/null"


def serves(name: str, text: str, *options: str) -> str:
    """The words of a shell that start a container which answers with that text on port 80."""
    inner = f"{BUSYBOX} mkdir /w; echo {text} > /w/index.html; {BUSYBOX} httpd -f -p 80 -h /w"
    words = ["docker", "run", "-d", "--name", name, *options, IMAGE, BUSYBOX, "sh", "-c", inner]
    return f"{shlex.join(words)} >/dev/null"


def asks(url: str) -> str:
    """The words of a shell that ask until somebody answers; what they say."""
    wget = f"busybox wget -q -O - {url} 2>/dev/null"
    return f"for i in $(seq 100); do {wget} && break; sleep 0.05; done"


def everything(root: Path, *names: str) -> dict[str, object]:
    """All that trials of these names could change, rules, links and routes of this network too."""
    found = traces(root)
    found["rules"] = [_rules(["iptables-save"]), _rules(["ip6tables-save"])]
    found["links"] = _said(["ip", "-o", "addr"])
    found["routes"] = _said(["ip", "route", "show", "table", "all"])
    found["trials"] = [
        str(path)
        for place in (root / below.STATE / "trials", root / "run/dockswitch/trials")
        for path in place.rglob("*")
    ]
    found["logs"] = sorted(path.name for path in (root / below.STATE / "log").glob("*"))
    found["groups"] = [str(path) for name in names for path in _cgroups(root, name)]
    found["slirps"] = list(_slirps())
    found["sysctl"] = {
        path: Path(path).read_text()
        for path in ("/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv4/conf/all/forwarding")
    }
    found["lock"] = os.path.exists(_LOCK)
    found.pop("below")  # places of trials in general stay, as that of logs does
    return found


@contextmanager
def elsewhere(address: str, gateway: str) -> Iterator[int]:
    """Another network, which this one reaches over a cable: a process in it."""
    made = subprocess.Popen(["unshare", "--net", "sleep", "300"])
    try:
        while os.readlink(f"/proc/{made.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            pass
        _do("ip", "link", "add", "dk-out", "type", "veth", "peer", "dk-in", "netns", str(made.pid))
        _do("ip", "addr", "add", f"{gateway}/24", "dev", "dk-out")
        _do("ip", "link", "set", "dk-out", "up")
        there = ("nsenter", "-t", str(made.pid), "--net", "ip")
        _do(*there, "addr", "add", f"{address}/24", "dev", "dk-in")
        _do(*there, "link", "set", "dk-in", "up")
        yield made.pid
    finally:
        made.kill()
        made.wait()
        subprocess.run(["ip", "link", "del", "dk-out"], check=False, capture_output=True)


def _do(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=30)


def _said(words: list[str]) -> list[str]:
    ran = subprocess.run(words, check=True, capture_output=True, text=True, timeout=30)
    return ran.stdout.splitlines()


def _rules(words: list[str]) -> list[str]:
    return [line for line in _said(words) if not line.startswith(("#", ":"))]


def _cgroups(root: Path, name: str) -> list[Path]:
    """Those of that trial: hierarchies are the machine's, and other tests have trials there too."""
    layout = Layout.of_system(root=str(root))
    return cgroups_called(Places.of_trial(layout, name).cgroup(layout))


def _slirps() -> Iterator[str]:
    """Those that lead into this very network, and not another test's."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")
            here = os.readlink(f"/proc/{name}/ns/net") == os.readlink("/proc/self/ns/net")
        except OSError:
            continue
        if here and words[0].endswith(b"slirp4netns"):
            yield b" ".join(words).decode()
