"""Whether an engine knows the control groups that this machine has."""

from dockswitch.model import record
from dockswitch.model.errors import NotForThisHost
from dockswitch.model.finding import Finding
from dockswitch.model.host import Host
from dockswitch.model.version import Version

_LIMIT = "cgroup-v2"


def findings(version: Version, host: Host) -> tuple[Finding, ...]:
    """What the record knows of that version; nothing where it does not know it."""
    known = record.find(version)
    if host.cgroup != 2 or known is None or _LIMIT not in known.cannot_run_on:
        return ()
    able = [
        each.version
        for each in record.releases()
        if each.published and not each.pre and _LIMIT not in each.cannot_run_on
    ]
    return (Finding.of(NoCgroupV2(version, min(able), max(able))),)


class NoCgroupV2(NotForThisHost):
    def __init__(self, version: Version, oldest: Version, newest: Version) -> None:
        super().__init__(
            f"{version} cannot run containers here",
            details="its control groups are cgroup v2, and that engine knows v1 only",
            hint=f"{oldest} is the oldest that can, {newest} the newest; for older ones boot the "
            "machine with systemd.unified_cgroup_hierarchy=0 or take a virtual machine, and "
            "`--no-start` links the binaries without an engine",
        )
