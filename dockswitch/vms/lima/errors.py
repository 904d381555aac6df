"""What limactl says that went wrong, as errors of ours."""

import re
from collections.abc import Callable

from dockswitch.model.errors import (
    DockswitchError,
    NotAuthentic,
    NotForThisHost,
    Unreachable,
    UsageError,
)
from dockswitch.model.ports import Finished

NOT_FOUND, TOO_LONG = 127, 124  # of `commands.run`

_MESSAGE = re.compile(r'level=(?P<level>\w+) msg="(?P<message>(?:[^"\\]|\\.)*)"')


def of(what: str, name: str, finished: Finished) -> DockswitchError:
    """The error for limactl having failed to `what` an instance."""
    said = told(finished)
    if finished.code == NOT_FOUND and "limactl: not found" in finished.err:
        return NoLima()
    for pattern, made in _KNOWN:
        if pattern.search(said):
            return made(name, said)
    return LimaFailed(what, name, said)


def told(finished: Finished) -> str:
    """The last thing it complained of; its log is logrus' text."""
    found = [each for each in _MESSAGE.finditer(finished.err) if each["level"] in _BAD]
    if found and finished.code != TOO_LONG:
        return re.sub(r"\\(.)", r"\1", found[-1]["message"])
    lines = (finished.err.strip() or finished.out.strip()).splitlines()
    return lines[-1].strip() if lines else f"it ended with {finished.code} and said nothing"


_BAD = frozenset(("error", "fatal", "panic"))


class NoLima(DockswitchError):
    def __init__(self) -> None:
        super().__init__(
            "there is no limactl",
            details="it is looked for on PATH",
            hint="https://lima-vm.io/docs/installation/ says how Lima is installed "
            "(`brew install lima`); --backend machine takes docker-machine instead",
        )


class NotAsRoot(UsageError):
    def __init__(self, name: str, said: str) -> None:  # noqa: ARG002 -- every error gets them
        super().__init__(
            "Lima does not run as root",
            details=said,
            hint="run the same command as the person whose machines they are to be",
        )


class NoSuchDriver(NotForThisHost):
    def __init__(self, name: str, said: str) -> None:  # noqa: ARG002
        super().__init__(
            "Lima has no such driver here",
            details=said,
            hint="`limactl create --list-drivers` lists them; without --driver it takes its own",
        )


class NoQemu(NotForThisHost):
    def __init__(self, name: str, said: str) -> None:  # noqa: ARG002
        super().__init__(
            "Lima cannot run virtual machines here",
            details=said,
            hint="install QEMU (qemu-system and qemu-utils), or take another --driver",
        )


class ImageGone(Unreachable):
    def __init__(self, name: str, said: str) -> None:  # noqa: ARG002
        super().__init__(
            "Lima cannot fetch the image of the guest",
            details=said,
            hint="dated images are taken away after some months: a guests.csv in dockswitch's "
            "settings names others",
        )


class OtherImage(NotAuthentic):
    def __init__(self, name: str, said: str) -> None:  # noqa: ARG002
        super().__init__(
            "the image of the guest is not the one that it is to be",
            details=said,
            hint="`limactl prune` empties Lima's cache of images; a guests.csv in dockswitch's "
            "settings names others, with their digests",
        )


class Protected(DockswitchError):
    def __init__(self, name: str, said: str) -> None:
        super().__init__(
            f"the machine {name} cannot be removed",
            details=said,
            hint=f"`limactl unprotect {name}` lets it be removed",
        )


class NotStarted(DockswitchError):
    def __init__(self, name: str, said: str) -> None:
        super().__init__(
            f"the machine {name} does not start",
            details=said,
            hint=f"ha.stderr.log and serial.log in its folder say more (`limactl list {name} "
            "--format '{{.Dir}}'`)",
        )


class PathTooLong(UsageError):
    """A unix socket's path ends at 104 bytes on macOS, and four later on Linux; see unix(4)."""

    def __init__(self, path: str, longest: int) -> None:
        super().__init__(
            "the path of the machine's socket is too long",
            details=f"{path} has {len(path.encode())} bytes and may have {longest}",
            hint="set LIMA_HOME to a shorter folder, or give the machine a shorter --machine",
        )


class SpoiledStore(DockswitchError):
    def __init__(self, path: str, said: str) -> None:
        super().__init__(
            "Lima cannot tell how its machines stand",
            details=f"{path}: {said}",
            hint="mend what is named, or move that folder aside; nothing was changed",
        )


class LimaFailed(DockswitchError):
    def __init__(self, what: str, name: str, said: str) -> None:
        super().__init__(
            f"limactl could not {what} the machine {name}",
            details=said,
            hint=f"`limactl list` shows it; `limactl --debug {what} {name}` says more",
        )


class EngineRefused(DockswitchError):
    """The script that installs an engine ended with that code, one of our own."""

    def __init__(self, name: str, said: str, code: int) -> None:
        super().__init__(
            f"the engine cannot be put into the machine {name}",
            details=said,
            hint="without --in-place a version gets a machine of its own"
            if code == NotForThisHost.exit
            else f"`limactl shell {name}` opens a shell in it",
        )


_KNOWN: tuple[tuple[re.Pattern[str], Callable[[str, str], DockswitchError]], ...] = (
    (re.compile("must not run as the root user"), NotAsRoot),
    (re.compile("unknown or unsupported VM type|is not a registered driver"), NoSuchDriver),
    (re.compile("qemu-(?:system|img)[^ ]*.*executable file not found|QEMU binary"), NoQemu),
    (re.compile("expected digest"), OtherImage),
    (re.compile("failed to download|no images are configured"), ImageGone),
    (re.compile("is protected to prohibit"), Protected),
    (
        re.compile(
            "did not receive an event|host ?agent|exiting, status=|degraded, status=|seems running"
        ),
        NotStarted,
    ),
)
