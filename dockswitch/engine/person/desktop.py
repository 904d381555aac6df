"""Docker Desktop's integration on WSL 2, which puts a docker and a socket of its own here."""

from dockswitch.model.errors import DockswitchError
from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader

# Where Docker Desktop mounts its client for every distribution that it serves:
# docker/for-win#6441 and #5096 (links of /usr/bin lead there)
_TOOLS = "/mnt/wsl/docker-desktop/cli-tools/usr/bin"
_LINKED = "/usr/bin/docker"


def findings(reader: Reader) -> tuple[Finding, ...]:
    """Nothing on a machine that is no WSL."""
    release = reader.outside("/proc/sys/kernel/osrelease") or b""
    if b"microsoft" not in release.lower():
        return ()
    linked = reader.program("docker", "/usr/bin")
    if linked is not None and linked.leads.startswith("/mnt/wsl/docker-desktop/"):
        return (Finding.of(Integrated(f"{_LINKED} leads into it")),)
    if reader.program("docker", _TOOLS) is not None:
        return (Finding.of(Integrated(f"its client is mounted at {_TOOLS}")),)
    return ()


class Integrated(DockswitchError):
    def __init__(self, how: str) -> None:
        super().__init__(
            "Docker Desktop serves this WSL distribution too, and takes /var/run/docker.sock",
            details=how,
            hint="turn it off for this distribution (Docker Desktop: Settings, Resources, WSL "
            "integration), or leave the engine to Docker Desktop",
        )
