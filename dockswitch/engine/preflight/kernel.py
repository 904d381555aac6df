"""Whether this kernel is one that engines run on."""

import re

from dockswitch.model.errors import NotForThisHost
from dockswitch.model.finding import Finding
from dockswitch.model.host import Host

# moby/moby:daemon/daemon_unix.go@v20.10.24 (checkKernel); later ones do not look any more
_OLDEST = (3, 10)


def findings(host: Host) -> tuple[Finding, ...]:
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
