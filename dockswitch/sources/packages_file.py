"""The releases that a Packages file lists, whoever read it."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from dockswitch.model import deb_order, package_names, record
from dockswitch.model.naming import PackageSpan
from dockswitch.model.origin import Origin
from dockswitch.model.release import Package, Release
from dockswitch.model.spellings import from_deb
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.sources import package_set
from dockswitch.sources.announced import fields
from dockswitch.sources.package_set import Listed


def releases(
    text: str,
    *,
    channel: str,
    url: str,
    trust: Trust,
    origin: Origin,
    spans: Sequence[PackageSpan],
) -> Sequence[Release]:
    """Docker's engines in it, oldest first; `url` is what its file names are read against.

    `spans` say which packages belong to which version.
    """
    index = package_set.Index(list(_parsed(text, url, trust)))
    newest: dict[Version, Package] = {}
    for package in index.engines():
        version = from_deb(package.version)
        if version is None:
            continue
        known = newest.get(version)
        if known is None or deb_order.key(known.version) < deb_order.key(package.version):
            newest[version] = package
    others = tuple(index.companions())
    return [
        release_of(
            version,
            index.release_of(
                newest[version], [each.name for each in spans if each.covers(version)]
            ),
            channel=channel,
            origin=origin,
            others=others,
        )
        for version in sorted(newest)
    ]


def release_of(
    version: Version,
    packages: Sequence[Package],
    *,
    channel: str,
    origin: Origin,
    others: tuple[Package, ...] = (),
) -> Release:
    """A release by apt that is made of these packages."""
    known = record.find(version)
    extras = (each.download for each in packages if each.name == package_names.ROOTLESS)
    return Release(
        version=version,
        channel=channel,
        backend="apt",
        artifacts=tuple(packages),
        published=record.released(version),
        api=known.api if known else "",
        rootless=next(extras, None),
        origin=origin,
        others=others,
    )


def package(stanza: Mapping[str, str], url: str, trust: Trust) -> Package | None:
    """The package that a paragraph is of; None where no digest vouches for its file."""
    file, size = stanza.get("Filename", ""), stanza.get("Size", "")
    digest = stanza.get("SHA256", "").lower()
    # What has no digest there is not vouched for by any signature.
    if not file or file.startswith("/") or ".." in file.split("/") or len(digest) != 64:
        return None
    return Package(
        name=stanza["Package"],
        version=stanza.get("Version", ""),
        url=f"{url.rstrip('/')}/{quote(file, safe='/+~:')}",
        sha256=digest,
        size=int(size) if size.isdecimal() else None,
        trust=trust,
    )


def stanzas(text: str, names: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """The paragraphs of the packages with these names (an own split: 30 ms for 3 MB)."""
    wanted = tuple(f"\nPackage: {name}\n" for name in names)
    for stanza in text.split("\n\n"):
        lined = f"\n{stanza}\n"
        if any(line in lined for line in wanted):
            yield fields(stanza)


def _parsed(text: str, url: str, trust: Trust) -> Iterator[Listed]:
    for stanza in stanzas(text, package_names.DOCKERS):
        found = package(stanza, url, trust)
        if found is not None:
            yield Listed(found, stanza.get("Depends", ""))
