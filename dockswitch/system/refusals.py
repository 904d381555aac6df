"""Why an archive is not unpacked."""

from dockswitch.model.errors import DockswitchError, NotAuthentic


class DamagedArchive(NotAuthentic):
    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"the archive {url} is damaged",
            details=what,
            hint="nothing of it was kept; run the same command again, or tell who publishes it",
        )


class HostileArchive(NotAuthentic):
    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"the archive {url} is not safe to unpack",
            details=what,
            hint="nothing of it was kept; tell who publishes it, and take another source",
        )


class UnreadPacking(DockswitchError):
    """`kind` is how the file name of a package's part ends."""

    def __init__(self, url: str, kind: str) -> None:
        super().__init__(
            f"the package {url} is packed in a way that is not read here",
            details=f"its files are in data.tar{kind}; Docker packs its own with xz",
            hint="--from static takes the release's archive instead",
        )


class DiskFull(DockswitchError):
    def __init__(self, folder: str) -> None:
        super().__init__(
            f"no space is left for {folder}",
            details="what had been unpacked was removed again",
            hint="`dockswitch prune` removes versions that are not in use",
        )


class CannotWrite(DockswitchError):
    def __init__(self, folder: str, what: str) -> None:
        super().__init__(
            f"cannot write to {folder}",
            details=what,
            hint="look at its owner and at how its file system is mounted",
        )


class NoRoomLeft(DockswitchError):
    """Of what comes into a folder piece by piece, and is kept."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"no space is left in {folder}",
            details="what is whole there stays, and serves as it did",
            hint="make room, and run the same command again: it goes on where it ended",
        )
