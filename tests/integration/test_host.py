"""A host of a test's own: what happens there is seen there, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.integration.holdings import Mirror
from tests.integration.host import Host, host
from tests.integration.host_traces import differences
from tests.integration.needs import demand, why_no_host

pytestmark = pytest.mark.engine


def test_what_is_done_there_is_done_to_nobody_else(isolation: None, mirror: Mirror) -> None:
    demand(why_no_host())
    before = of_the_machine()
    with host(mirror.root) as there:
        (top, *_) = (each.mounted for each in there.tops)
        there.said("ip", "link", "add", "added", "type", "bridge")
        there.said("iptables", "--new-chain", "ADDED")
        there.said("mkdir", "/run/added", "/etc/added", "/var/lib/added", f"{top}/added")
        there.said("mount", "-t", "tmpfs", "added", "/run/added")
        assert "added" in there.said("ip", "link")
        assert "ADDED" in there.said("iptables-save")
        assert all(there.at(f"{each}/added").is_dir() for each in ("/run", "/etc", "/var/lib", top))
        assert list(there.processes().values())[1:] == []
        during = of_the_machine()
    assert differences(before, during) == [f"cgroups: new: {name}" for name in own(there)]
    assert differences(before, of_the_machine()) == []


def test_differences_are_told_with_their_place() -> None:
    before = {"links": ["lo", "a"], "files": {"/etc": {"x": 1}}, "same": 1}
    after = {"links": ["lo", "b"], "files": {"/etc": {"x": 2, "y": 3}}, "same": 1}
    assert differences(before, after) == [
        "links: gone: a",
        "links: new: b",
        "files /etc x: 1 is 2",
        "files /etc y: None is 3",
    ]
    assert differences(before, before) == []


def own(there: Host) -> list[str]:
    """The cgroups that a host is in, which everybody sees."""
    return sorted(str(top.folder) for top in there.tops)


def of_the_machine() -> dict[str, list[str]]:
    return {
        "links": os.listdir("/sys/class/net"),
        "mounts": Path("/proc/self/mountinfo").read_text().splitlines(),
        "places": [each for each in ("/run/added", "/etc/added") if Path(each).exists()],
        "cgroups": sorted(map(str, Path("/sys/fs/cgroup").rglob(f"dk-host-{os.getpid()}"))),
    }
