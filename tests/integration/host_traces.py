"""What engines beside a host's own could leave on it: two of these are compared by a test."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from tests.integration.below import listing
from tests.integration.host import Host

_FILES = ("/var/lib/docker", "/etc/docker", "/run/docker", "/run/containerd")
_FOLDERS = ("/run", "/run/netns", "/var/lib", "/etc", "/etc/docker", "/usr/local/bin")
_TRIALS = ("/run/dockswitch/trials", "/var/lib/dockswitch/trials")
_SETTINGS = (
    *("ipv4/ip_forward", "ipv4/conf/all/forwarding", "ipv4/conf/all/route_localnet"),
    *("ipv6/conf/all/forwarding", "ipv4/ip_local_port_range"),
)
# Where an engine packs an image that it is asked for, and where it forgets networks of containers
# that it once had: a minute later, and those that are there are mounts, which are compared too.
_BY_ITSELF = ("tmp", "netns")
# How many packets met a rule, and when that was asked.
_COUNTED = re.compile(r"\[\d+:\d+\]|^# (?:Generated|Completed).*$", flags=re.MULTILINE)
_ASKED = "{{.Id}} {{.Name}} {{.State.Pid}} {{.State.StartedAt}} {{.RestartCount}}"


def settle(host: Host) -> None:
    """Wait until the links of what has just been started are as they stay."""
    deadline = time.monotonic() + 20
    while "tentative" in host.said("ip", "address"):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def traces(host: Host) -> dict[str, object]:
    """All of it, as the host says it and not dockswitch."""
    return {
        "iptables-save": _rules(host, "iptables-save"),
        "ip6tables-save": _rules(host, "ip6tables-save"),
        "legacy tables": _legacy(host),
        "nft ruleset": _rules(host, "nft", "--stateless", "list", "ruleset"),
        "links": host.said("ip", "-oneline", "link").splitlines(),
        "addresses": host.said("ip", "-oneline", "address").splitlines(),
        "routes": host.said("ip", "route", "show", "table", "all").splitlines(),
        "network settings": host.said("cat", *(f"/proc/sys/net/{each}" for each in _SETTINGS)),
        "mounts": host.said("cat", "/proc/1/mountinfo").splitlines(),
        "processes": host.processes(),
        "namespaces": sorted(host.namespaces()),
        "cgroups": _cgroups(host),
        "files": {place: _files(host.at(place)) for place in _FILES},
        "names": {place: _names(host.at(place)) for place in _FOLDERS},
        "trials": {place: _names(host.at(place)) for place in _TRIALS},
        # A client leaves the folders of its contexts behind, empty.
        "contexts": sorted(str(e) for e in host.at("/run/home").rglob("*") if not e.is_dir()),
        "containers": containers(host),
    }


def differences(before: object, after: object, at: str = "") -> list[str]:
    """What is not as it was, each with its place: a failure shows that and not all there is."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            told
            for key in {**before, **after}
            for told in differences(before.get(key), after.get(key), f"{at} {key}".strip())
        ]
    if isinstance(before, list) and isinstance(after, list):
        gone = [f"{at}: gone: {each}" for each in before if each not in after]
        return gone + [f"{at}: new: {each}" for each in after if each not in before]
    return [] if before == after else [f"{at}: {before} is {after}"]


def containers(host: Host) -> list[str]:
    """Those of the host's own engine: ids, names, processes, when they were started."""
    every = host.said("docker", "ps", "--all", "--quiet", "--no-trunc").split()
    return host.said("docker", "inspect", "--format", _ASKED, *every).splitlines() if every else []


def _rules(host: Host, *words: str) -> list[str]:
    return _COUNTED.sub("", host.said(*words)).splitlines()


def _legacy(host: Host) -> list[str]:
    """The tables of iptables-legacy, which iptables-save of nft does not show."""
    files = [f"/proc/{host.pid}/net/{name}" for name in ("ip_tables_names", "ip6_tables_names")]
    return [Path(each).read_text() for each in files if Path(each).exists()]


def _cgroups(host: Host) -> list[str]:
    top = host.at("/sys/fs/cgroup")
    return sorted(folder.removeprefix(str(top)) for folder, _, _ in os.walk(top))


def _files(folder: Path) -> dict[str, object]:
    """As `listing` says it, but what changes by itself."""
    found = listing(folder)
    return {name: known for name, known in found.items() if name.split("/")[0] not in _BY_ITSELF}


def _names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.is_dir() else []
