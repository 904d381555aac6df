"""What is kept of each version, side by side: a folder named by version and short digest.

Engines are on the shelf `layout.versions`, what they need without root is on `layout.rootless`;
on `layout.packages` are engines as packages, to be installed by apt.
"""

import os
from collections.abc import Sequence
from dataclasses import replace

from dockswitch.model import kept_record
from dockswitch.model.address import name_of
from dockswitch.model.errors import DockswitchError
from dockswitch.model.kept_record import folder_of as folder_of
from dockswitch.model.kept_record import read as read
from dockswitch.model.layout import version_in
from dockswitch.model.origin import Origin
from dockswitch.model.ports import Reader, System
from dockswitch.model.release import Bundle, Fetched
from dockswitch.model.version import Version
from dockswitch.model.vm import Keeper


def kept(reader: Reader, keeper: Keeper | None = None) -> tuple[Bundle, ...]:
    """Every engine that is kept, in release order; those for a keeper's machines, or this one."""
    return kept_on(reader, shelf(reader, keeper))


def shelf(reader: Reader, keeper: Keeper | None) -> str:
    """Where engines are kept: for this machine itself, or for virtual machines of that keeper."""
    layout = reader.layout
    return {"machine": layout.images, "lima": layout.guests}.get(keeper or "", layout.versions)


def kept_on(reader: Reader, shelf: str) -> tuple[Bundle, ...]:
    """All that is kept on a shelf, in release order."""
    folders = (name for name in reader.names(shelf) if not name.startswith("."))
    found = (read(reader, f"{shelf}/{name}") for name in folders)
    return tuple(sorted((b for b in found if b is not None), key=lambda b: (b.version, b.sha256)))


def kept_as_packages(reader: Reader) -> tuple[Bundle, ...]:
    """Every engine that is kept as packages, in release order."""
    return kept_on(reader, reader.layout.packages)


def rootless_of(reader: Reader, version: Version) -> Bundle | None:
    """What an engine of that version needs without root, None where it is not kept."""
    found = [each for each in kept_on(reader, reader.layout.rootless) if each.version == version]
    return found[-1] if found else None


def source_of(reader: Reader, folder: str) -> str:
    """`apt` for what is kept there and came in packages; empty for all else."""
    found = read(reader, folder) if folder else None
    return "apt" if found is not None and found.source == "apt" else ""


def version_of(folder: str) -> Version:
    """The version that a folder's name tells; raises BadVersion."""
    return Version.parse(version_in(folder))


def expected_names(version: Version) -> tuple[str, ...]:
    """What Docker's archives of that version's era hold; the archive itself has the last word.

    Source: the archives of 17.03 to 29 as published.
    """
    if version < Version.parse("18.09.0-beta1"):
        era = (
            "docker-containerd",
            "docker-containerd-ctr",
            "docker-containerd-shim",
            "docker-runc",
        )
    elif version < Version.parse("19.03.0-beta1"):
        era = ("containerd", "containerd-shim", "ctr", "runc")
    else:
        era = ("containerd", "containerd-shim-runc-v2", "ctr", "runc")
    return tuple(sorted(("docker", "docker-init", "docker-proxy", "dockerd", *era)))


def keep(system: System, temporary: str, bundle: Bundle) -> None:
    """Gives an unpacked and verified folder its name; one that is there already and whole stays.

    One without its record takes its place again: what still runs from there keeps its programs,
    and finds the same ones under their names.
    """
    system.write(f"{temporary}/{kept_record.NAME}", kept_record.to_json(bundle))
    if read(system, bundle.folder) is not None:
        system.discard(temporary)
        return
    if system.kind(bundle.folder) is not None:
        name = bundle.folder.rpartition("/")[2]
        system.move(bundle.folder, f"{system.layout.trash}/{name}-{os.getpid()}")
    system.move(temporary, bundle.folder)


def add_channel(system: System, bundle: Bundle, channel: str) -> Bundle:
    """Notes that the index of another channel showed the same version."""
    if not channel or channel in bundle.channels:
        return bundle
    noted = replace(bundle, channels=(*bundle.channels, channel))
    system.write(f"{bundle.folder}/{kept_record.NAME}", kept_record.to_json(noted))
    return noted


def bundle_of(
    shelf: str,
    version: Version,
    channel: str,
    parts: Sequence[Fetched],
    names: tuple[str, ...],
    origin: Origin | None = None,
    keeper: Keeper | None = None,
) -> Bundle:
    """What came in these files, the engine's own first; `names` are the programs.

    Of those that are kept as packages there are none, and `origin` is where apt finds them; nor of
    those that are for a `keeper`'s machines.
    """
    sha256 = digest_of([(part.sha256, name_of(part.url)) for part in parts])
    return Bundle(
        version=version,
        folder=folder_of(shelf, version, sha256),
        names=names,
        channels=(channel,) if channel else (),
        url=parts[0].url,
        sha256=sha256,
        size=sum(part.size for part in parts),
        trust=min(part.trust for part in parts),
        parts=tuple(parts) if len(parts) > 1 or not names else (),
        origin=origin,
        keeper=keeper,
    )


def digest_of(files: Sequence[tuple[str, str]]) -> str:
    """The digest of one file, or of what `sha256sum` prints of several: digest and name each."""
    if len(files) == 1:
        return files[0][0]
    import hashlib  # 1 ms that only what came in several files needs

    listed = "".join(f"{digest}  {name}\n" for digest, name in files)
    return hashlib.sha256(listed.encode()).hexdigest()


class NotInstalled(DockswitchError):
    def __init__(self, version: str, have: Sequence[str]) -> None:
        super().__init__(
            f"{version} is not installed",
            details=f"installed: {', '.join(have)}" if have else "nothing is installed",
            hint=f"`dockswitch install {version}` fetches it",
        )
