"""Why boot2docker has no image of a release, and which images come next to it."""

from collections.abc import Sequence

from dockswitch.model import record
from dockswitch.model.catalog import Catalog
from dockswitch.model.choose import NoSuchRelease, OnlyPreReleases
from dockswitch.model.errors import NotPublished
from dockswitch.model.release import Release
from dockswitch.model.version import BadVersion, Version
from dockswitch.model.wish import Exact, Request, Under


def told(
    catalog: Catalog,
    request: Request,
    channels: Sequence[str],
    offered: Sequence[Release],
    why: NotPublished,
) -> NotPublished:
    """`why` nothing was found, or better: the nearest images, and where boot2docker ended."""
    wanted = _wanted(request)
    versions = sorted({each.version for each in offered})
    if wanted is None or not versions or request.as_of is not None:
        return why
    if isinstance(why, OnlyPreReleases):
        return why  # there are images of it
    older = max((each for each in versions if each < wanted), default=None)
    newer = min((each for each in versions if each > wanted), default=None)
    elsewhere = any(request.wish.matches(each.version) for each in record.images())
    if newer is None and _ended(catalog, channels, versions[-1]) and not elsewhere:
        return AfterTheEnd(str(request.wish), record.images()[-1])
    if isinstance(why, NoSuchRelease) and isinstance(request.wish, Exact):
        return why  # no such version is known at all
    return NoImage(str(request.wish), ", ".join(channels), older, newer, elsewhere=elsewhere)


def _wanted(request: Request) -> Version | None:
    """The version that was asked for, or the first of the line."""
    match request.wish:
        case Exact(version=version):
            return version
        case Under(prefix=prefix):
            return _first_of(prefix)
        case _:
            return None


def _first_of(prefix: str) -> Version | None:
    try:
        return Version.parse(prefix if "." in prefix else f"{prefix}.0")
    except BadVersion:
        return None


def _ended(catalog: Catalog, channels: Sequence[str], newest: Version) -> bool:
    """Whether no images come any more in these channels: a site may build its own."""
    places = [catalog.channels[each].images for each in channels if each in catalog.channels]
    return newest <= record.images()[-1].version and all(
        place is None or place.ended is not None for place in places
    )


class NoImage(NotPublished):
    """`elsewhere`: boot2docker has one, but another channel does."""

    def __init__(
        self,
        wish: str,
        where: str,
        older: Version | None,
        newer: Version | None,
        *,
        elsewhere: bool,
    ) -> None:
        near = [f"{each} ({how})" for each, how in ((older, "older"), (newer, "newer")) if each]
        super().__init__(
            f"there is no boot2docker image of {wish}" + (f" in {where}" if elsewhere else ""),
            details=f"the nearest: {', '.join(near)}",
            hint=f"`dockswitch use {wish} --backend machine` takes it from the channel that has it"
            if elsewhere
            else "--backend lima puts any published engine into a virtual machine; "
            "`dockswitch list-remote --backend machine` shows all images",
        )


class AfterTheEnd(NotPublished):
    def __init__(self, wish: str, last: record.Image) -> None:
        super().__init__(
            f"there is no boot2docker image of {wish}",
            details=f"boot2docker ended with {last.version} ({last.released}), which is the "
            "nearest one",
            hint="--backend lima puts any published engine into a virtual machine",
        )
