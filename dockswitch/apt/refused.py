"""Why apt or dpkg does not change packages."""

from collections.abc import Sequence

from dockswitch.model.errors import DockswitchError

_AGAIN = "run the same command again: what was cut short is repaired first"


class NotRoot(DockswitchError):
    def __init__(self, what: str) -> None:
        super().__init__(
            "packages are changed by root only", details=what, hint="put sudo before the command"
        )


class NoRoom(DockswitchError):
    def __init__(self, place: str, what: str) -> None:
        super().__init__(
            f"no space is left for packages in {place}",
            details=what,
            hint=f"`df {place}` shows what is free; `dockswitch prune` removes versions that are "
            "not in use, `apt-get clean` what apt keeps",
        )


class CutShort(DockswitchError):
    def __init__(self) -> None:
        super().__init__(
            "an earlier change of packages was cut short",
            details="dpkg was interrupted, and its database says so",
            hint="`dpkg --configure -a` brings that to its end",
        )


class ArchiveWanted(DockswitchError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is half installed, and its archive is not there",
            details="apt does nothing else before it is installed anew",
            hint=f"`apt-get install --reinstall {name}` where a source of apt has it, else "
            f"`dpkg --remove --force-remove-reinstreq {name}`",
        )


class DowngradeRefused(DockswitchError):
    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"apt does not go back to an older {', '.join(names) or 'version'}",
            details="it was not told --allow-downgrades",
            hint="`dockswitch use VERSION` goes back too",
        )


class Held(DockswitchError):
    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"held packages would be changed: {' '.join(names)}",
            details="somebody said that they are not to be",
            hint=f"`apt-mark unhold {' '.join(names)}` lets go of them",
        )


class Unmet(DockswitchError):
    def __init__(self, what: str) -> None:
        super().__init__(
            "these packages cannot be installed on this machine",
            details=what,
            hint="`apt-get update` reads the sources anew, which may lack what is depended on; "
            "`apt-mark showhold` shows what is held",
        )


class SourcesUnread(DockswitchError):
    def __init__(self, what: str) -> None:
        super().__init__(
            "apt cannot read its sources",
            details=what,
            hint="correct that file, or move it out of /etc/apt/sources.list.d",
        )


class TwoKeys(DockswitchError):
    """Two sources name the same repository, each with a key of its own."""

    def __init__(self, option: str, place: str, values: str) -> None:
        super().__init__(
            f"two sources of apt differ in {option} for {place}",
            details=values,
            hint="one of the two is to go: look into /etc/apt/sources.list and "
            "/etc/apt/sources.list.d",
        )


class DpkgFailed(DockswitchError):
    """`said` are dpkg's own lines, `log` where all lines are."""

    def __init__(self, said: str, log: str) -> None:
        super().__init__(
            "dpkg did not install the packages",
            details=said,
            hint=f"{log} has all that it said; {_AGAIN}",
        )


class AptFailed(DockswitchError):
    def __init__(self, said: str, log: str) -> None:
        super().__init__(
            "apt did not do what it was told to",
            details=said,
            hint=f"{log} has all that it said; `apt-get check` shows whether apt itself is well",
        )
