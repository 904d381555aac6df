"""Why apt has not got what a source is to have; `place` is as apt names a source."""

from dockswitch.model.errors import NotPublished, Unreachable

_PUBLISHED = "`dockswitch list-remote` shows what is published"


class NoSuchVersion(NotPublished):
    def __init__(self, name: str, version: str) -> None:
        super().__init__(
            f"no source of apt has {name} {version}",
            details="it is not in the index that apt read last",
            hint=f"{_PUBLISHED}; `apt-get update` reads the sources anew",
        )


class NoSuchPackage(NotPublished):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"no source of apt has {name}",
            details="it is not in the index that apt read last",
            hint="`apt-get update` reads the sources anew; its own source may be missing in "
            "/etc/apt/sources.list.d",
        )


class NoSuchSuite(NotPublished):
    def __init__(self, place: str) -> None:
        super().__init__(
            f"there is no {place}",
            details="the server has no Release file there",
            hint="`dockswitch channels` shows where each channel is published; --suite names "
            "another suite",
        )


class NoSuchComponent(NotPublished):
    def __init__(self, place: str, name: str) -> None:
        super().__init__(
            f"there is no component {name} in {place}",
            details="apt says so as a warning only, and reads the rest",
            hint="`dockswitch channels` shows where each channel is published",
        )


class FileGone(NotPublished):
    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} is not there",
            details=f"the index names it, and the server answers {what}",
            hint="the server may be in the middle of an update: run the same command again in some "
            "minutes",
        )


class NotForEverybody(Unreachable):
    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} is not for everybody",
            details=f"the server answers {what}",
            hint="put the name and password for its host into a file in /etc/apt/auth.conf.d",
        )


class NotAnIndex(Unreachable):
    def __init__(self, place: str, what: str) -> None:
        super().__init__(
            f"{place} did not send an index",
            details=what,
            hint="open the address in a browser; a network that wants a login answers like this",
        )


class Unfetched(Unreachable):
    """For what apt could not get; `what` is its reason."""

    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"apt cannot reach {url}",
            details=what,
            hint="look at the network and at apt's proxy (`apt-config dump Acquire`); --offline "
            "works with what was fetched before",
        )
