"""Getting an archive onto this machine: fetch, verify, and only then give it its name."""

import os
import re
from dataclasses import replace

from dockswitch.backends import bundles
from dockswitch.model.address import name_of
from dockswitch.model.layout import PLUGINS
from dockswitch.model.ports import Progress, Reader, System, Unpacked
from dockswitch.model.release import Bundle, Fetched
from dockswitch.model.trust import Trust
from dockswitch.switching import authentic
from dockswitch.switching.archives import Archive
from dockswitch.switching.authentic import Accepted

_PLUGIN = re.compile(r"(docker-[a-z]+)-plugin_")  # a package's file, named by the program in it


def fetch(system: System, wanted: Archive, accepted: Accepted, progress: Progress) -> Bundle:
    """The archive's bundle: kept already, or fetched, verified and kept now.

    Raises NotAuthentic, Unreachable, and what unpacking refuses; loses nothing that is kept.
    """
    authentic.refuse_less_trust(wanted, accepted)
    there = kept(system, wanted)
    if there is not None:
        authentic.refuse_kept(there, accepted, now=wanted.vouched)
        return _vouched(_noted(system, there, wanted.channel), wanted)
    temporary = _temporary(system, wanted.shelf)
    progress.say(f"fetching {', '.join(each.name for each in wanted.downloads)}")
    try:
        # It removes what it made where it fails; a ^C may come before it knows that it made it.
        unpacked = _unpacked(system, wanted, temporary, progress)
        with system.locked():  # two at once would lose what one of them notes
            return _verified_and_kept(system, wanted, temporary, unpacked, accepted)
    except BaseException:
        system.discard(temporary)
        raise


def _unpacked(
    system: System, wanted: Archive, into: str, progress: Progress
) -> tuple[Unpacked, ...]:
    if wanted.origin is not None:
        from dockswitch.apt import download

        if wanted.locked:
            return download.saved(system, wanted.downloads, into=into, progress=progress)
        return download.download(
            system, wanted.origin, wanted.downloads, into=into, progress=progress
        )
    urls = [each.url for each in wanted.downloads]
    if wanted.keeper is not None:
        return system.save(urls, into=into, progress=progress)
    if wanted.packages:
        return system.unpack_debs(urls, into=into, progress=progress)
    return (system.unpack(urls[0], into=into, progress=progress),)


def _noted(system: System, there: Bundle, channel: str) -> Bundle:
    if channel in there.channels:
        return there
    with system.locked():
        return bundles.add_channel(system, there, channel)


def _vouched(there: Bundle, wanted: Archive) -> Bundle:
    """What is kept, with the trust that its source lends it now, where that is better."""
    now = wanted.vouched
    parts = tuple(
        replace(each, trust=max(each.trust, now.get(each.sha256, Trust.TLS)))
        for each in there.artifacts
    )
    if parts == there.artifacts:
        return there
    trust = min(each.trust for each in parts)
    return replace(there, trust=trust, parts=parts if there.parts else ())


def _verified_and_kept(
    system: System,
    wanted: Archive,
    temporary: str,
    unpacked: tuple[Unpacked, ...],
    accepted: Accepted,
) -> Bundle:
    parts = []
    for download, each in zip(wanted.downloads, unpacked, strict=True):
        trust = authentic.authenticated(system, wanted, download, each.sha256, accepted)
        if trust < accepted.least:
            raise authentic.TooLittleTrust(download.name, trust, accepted.least)
        parts.append(Fetched(each.url, each.sha256, each.size, trust, download.package))
    names = tuple(sorted(name for each in unpacked for name in each.names))
    if wanted.keeper == "machine":
        from dockswitch.vms.docker_machine import image

        image.refuse_unfit(system, f"{temporary}/{wanted.name}", wanted.version)
    elif wanted.packages and wanted.origin is None and wanted.keeper is None:
        from dockswitch.switching import packaged

        packaged.refuse_unfit(system, wanted.version, temporary, names)
    bundle = bundles.bundle_of(
        wanted.shelf, wanted.version, wanted.channel, parts, names, wanted.origin, wanted.keeper
    )
    bundles.keep(system, temporary, bundle)
    return bundle


def kept(reader: Reader, wanted: Archive) -> Bundle | None:
    """The kept bundle of the same version and file name whose digest is right.

    Of what is unpacked out of packages the engine's own decides: containerd and plug-ins keep what
    they are. Of packages as such it has all that are wanted, and each of these has its digest.
    """
    if wanted.origin is not None:
        return _kept_as_packages(reader, wanted)
    first = wanted.downloads[0]
    for bundle in reversed(bundles.kept_on(reader, wanted.shelf)):
        there = bundle.artifacts[0]
        same = bundle.version == wanted.version and name_of(there.url) == first.name
        if same and (not first.digests or there.sha256 in first.digests):
            if wanted.locked and not _is_all_of(bundle, wanted):
                continue
            return bundle
    return None


def _is_all_of(bundle: Bundle, wanted: Archive) -> bool:
    """Whether a bundle came in exactly these files."""
    return {each.sha256 for each in bundle.artifacts} == set(wanted.vouched)


def _kept_as_packages(reader: Reader, wanted: Archive) -> Bundle | None:
    right = {each.package: each.digests for each in wanted.downloads}
    for bundle in reversed(bundles.kept_on(reader, wanted.shelf)):
        there = {each.package: each.sha256 for each in bundle.artifacts}
        same = bundle.version == wanted.version
        if same and all(there.get(word) in digests for word, digests in right.items()):
            return bundle
    return None


def expected(reader: Reader, wanted: Archive) -> Bundle:
    """The bundle as it will be, where it is kept already: as it is."""
    parts = [
        Fetched(
            each.url,
            min(each.digests, default="<digest>"),
            each.size or 0,
            each.trust,
            each.package,
        )
        for each in wanted.downloads
    ]
    there = kept(reader, wanted)
    if there is not None:
        return _vouched(there, wanted)
    return bundles.bundle_of(
        wanted.shelf,
        wanted.version,
        wanted.channel,
        parts,
        _expected_names(wanted),
        wanted.origin,
        wanted.keeper,
    )


def _expected_names(wanted: Archive) -> tuple[str, ...]:
    """The programs of that time, and the plug-ins whose packages come with them.

    None where they are kept as packages, or for a virtual machine.
    """
    if wanted.origin is not None or wanted.keeper is not None:
        return ()
    if wanted.name.endswith(".zip"):  # for Windows
        return tuple(f"{name}.exe" for name in ("docker", "dockerd"))
    plugins = (_PLUGIN.match(each.name) for each in wanted.downloads)
    names = (f"{PLUGINS}/{plugin[1]}" for plugin in plugins if plugin)
    return (*names, *bundles.expected_names(wanted.version))


def _temporary(system: System, shelf: str) -> str:
    """A name that tells its maker, so that another dockswitch knows when it is abandoned."""
    return f"{shelf}/.tmp-{os.getpid()}-{system.now().replace(':', '')}"
