"""Whether this kernel is one that engines run on."""

import re

from dockswitch.model.errors import NotForThisHost
from dockswitch.model.finding import Finding
from dockswitch.model.host import Host

# moby/moby:daemon/daemon_unix.go@v20.10.24 (checkKernel); later ones do not look any more
_OLDEST = (3, 10)


def findings(host: Host) -> tuple[Finding, ...]:
    """WSL 1 calls itself a kernel of Microsoft's and is none; WSL 2 ends in `-WSL2`."""
    if host.kernel.endswith("-Microsoft"):
        return (Finding.of(NoKernel(host.kernel)),)
    found = re.match(r"(\d+)\.(\d+)", host.kernel)
    if found is None or (int(found[1]), int(found[2])) >= _OLDEST:
        return ()
    return (Finding.of(OldKernel(host.kernel)),)


class OldKernel(NotForThisHost):
    def __init__(self, kernel: str) -> None:
        super().__init__(
            f"the kernel {kernel} is too old for an engine",
            details=f"engines want {'.'.join(map(str, _OLDEST))} or newer",
            hint="`--client-only` links the docker client, which runs on any kernel",
        )


class NoKernel(NotForThisHost):
    def __init__(self, kernel: str) -> None:
        super().__init__(
            "WSL 1 has no Linux kernel, and runs no engine",
            details=f"it calls itself {kernel}",
            hint="`wsl --set-version DISTRIBUTION 2` in Windows makes it WSL 2",
        )
