"""What can go wrong: each error takes facts and writes its own message, details and hint.

The codes and exit codes are part of the outside: scripts rely on them.
"""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar


class DockswitchError(Exception):
    """An error for a person: one line of message, details, and a hint that names the way out."""

    code: ClassVar[str] = "error"
    exit: ClassVar[int] = 1

    def __init__(self, message: str, *, details: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.hint = hint


class UsageError(DockswitchError):
    code, exit = "usage", 2


class NotPublished(DockswitchError):
    code, exit = "not-published", 11


class NotAuthentic(DockswitchError):
    code, exit = "not-authentic", 12


class DataRootRefused(DockswitchError):
    code, exit = "data-root", 13


class Busy(DockswitchError):
    code, exit = "busy", 14


class SwitchUndone(DockswitchError):
    code, exit = "undone", 15


class HandsNeeded(DockswitchError):
    code, exit = "hands-needed", 16


class Unreachable(DockswitchError):
    code, exit = "unreachable", 17


class NotForThisHost(DockswitchError):
    code, exit = "not-for-host", 18


class Interrupted(DockswitchError):
    code, exit = "interrupted", 130

    def __init__(self) -> None:
        super().__init__("interrupted", details="what was begun has been undone")


class BadVersion(UsageError):
    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a version of Docker Engine",
            hint="versions look like 28.5.2, 29.0.0-rc.1 or 17.06.0-ce-rc2; "
            "`dockswitch list-remote` shows those that are published",
        )


class LockBusy(Busy):
    def __init__(self, holder: str, waited: int) -> None:
        super().__init__(
            "another dockswitch is changing this machine",
            details=f"{holder} holds the lock; waited {waited} s for it",
            hint="wait until it is done, then run the same command again",
        )


class ForeignFile(DockswitchError):
    def __init__(self, path: str, what: str) -> None:
        super().__init__(
            f"{path} is in the way",
            details=f"it is {what}, which dockswitch did not make",
            hint=f"move it aside (`mv {path} {path}.old`) and run the same command again",
        )


class ForeignEngine(DockswitchError):
    """A daemon that dockswitch did not start uses what the wanted engine would use."""

    def __init__(self, what: str, place: str, pid: int) -> None:
        super().__init__(
            f"an engine that dockswitch did not start uses {place}",
            details=f"{what} (process {pid}) is left untouched",
            hint="stop it by the means that started it (`systemctl stop docker docker.socket`"
            + (f", or `kill {pid}`" if pid > 1 else "")
            + "), or switch under a root of your own with --root DIR",
        )


class RootTooLong(UsageError):
    def __init__(self, exec_root: str, longest: int) -> None:
        super().__init__(
            "the root's path is too long for an engine",
            details=f"the exec-root {exec_root} has {len(exec_root.encode())} bytes and may have "
            f"{longest}: unix sockets below it end at 104",
            hint="take a shorter --root, such as one directly under /srv or /tmp",
        )


class NotInstalled(DockswitchError):
    def __init__(self, version: str, have: Sequence[str]) -> None:
        super().__init__(
            f"{version} is not installed",
            details=f"installed: {', '.join(have)}" if have else "nothing is installed",
            hint=f"`dockswitch install {version}` fetches it",
        )


class CorruptState(DockswitchError):
    def __init__(self, path: str, what: str) -> None:
        super().__init__(
            f"{path} cannot be read",
            details=what,
            hint="restore it from a copy, or move it aside to begin anew",
        )


class BadAddress(UsageError):
    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} is not an address that dockswitch reads",
            details=what,
            hint="addresses begin with https://, file:/// or, on this machine only, http://",
        )


class PlainHttp(UsageError):
    """Anybody on the way may change what comes over http://."""

    def __init__(self, url: str, host: str) -> None:
        super().__init__(
            f"{url} is not read over plain http",
            details="nothing protects it on its way from another machine",
            hint=f"take its https:// address, or allow it by name with --allow-http {host}",
        )


class BadRedirect(Unreachable):
    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} sends elsewhere and is not followed",
            details=what,
            hint="name the address that it leads to with --mirror, or ask who runs the server",
        )


class NoAnswer(Unreachable):
    """`what` is the reason without the address; `tries` is how often it was asked for."""

    def __init__(self, url: str, what: str, tries: int = 1) -> None:
        self.url = url
        self.what = what
        super().__init__(
            f"cannot reach {url}",
            details=f"{what} ({tries} times)" if tries > 1 else what,
            hint="look at the network and at HTTPS_PROXY and NO_PROXY; --offline works with what "
            "was fetched before",
        )


class NotServed(NotPublished):
    def __init__(self, url: str, what: str = "the server answers 404") -> None:
        super().__init__(
            f"{url} is not there",
            details=what,
            hint="`dockswitch list-remote` shows what is published; look at --mirror if it is set",
        )


class Forbidden(Unreachable):
    def __init__(self, url: str, status: int) -> None:
        super().__init__(
            f"{url} is not for everybody",
            details=f"the {'proxy' if status == 407 else 'server'} answers {status}",
            hint="put the name and password for its host into ~/.netrc"
            if status != 407
            else "put name and password into HTTPS_PROXY (http://NAME:PASSWORD@PROXY)",
        )


class NotAnArchive(Unreachable):
    """`what` names what came instead."""

    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} did not send an archive",
            details=f"it sent {what}",
            hint="open the address in a browser; a proxy that wants a login answers like this",
        )


class WrongLength(Unreachable):
    def __init__(self, url: str, came: int, told: int) -> None:
        super().__init__(
            f"{url} did not come whole",
            details=f"{came} bytes of {told} came",
            hint="run the same command again",
        )


class TooMuch(Unreachable):
    def __init__(self, url: str, most: int, unit: str = "bytes") -> None:
        super().__init__(
            f"{url} does not end",
            details=f"more than {most} {unit} were not taken",
            hint="look at the server, or at the proxy in between",
        )


class Changed(Unreachable):
    """Two reads of one file would not give one file."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} changed while it was read",
            details="what had come does not belong to what would come, so nothing was kept",
            hint="run the same command again",
        )


class NeverFetched(Unreachable):
    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} was never fetched",
            details="--offline works with what was fetched before, and this was not",
            hint="run the same command once without --offline",
        )


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


class OldPython(DockswitchError):
    def __init__(self, have: str) -> None:
        super().__init__(
            f"Python {have} cannot unpack archives safely",
            details="its tarfile has no filters (PEP 706)",
            hint="they came with Python 3.10.12 and 3.11.4: take one of those or a later one",
        )


# Wishes, and why no release answers them


class BadWish(UsageError):
    """Words that name no channel and no version: `near` are known words like them."""

    def __init__(
        self, words: str, *, near: Sequence[str], channels: Sequence[str], bad: str = ""
    ) -> None:
        what = bad or words
        super().__init__(
            f"{what!r} is not a {'version' if bad else 'channel or a version'}"
            if what
            else "nothing was asked for",
            details=f"channels: {', '.join(channels)}" if channels else "",
            hint=(f"did you mean {' or '.join(near)}? " if near else "")
            + "say CHANNEL, VERSION, CHANNEL VERSION or CHANNEL@VERSION; a version is "
            "exact (17.06.0-ce-rc2), partial (28, 17.06), a range ('>=26,<28'), latest or "
            "latest-pre; `previous` and `system` stand alone",
        )


class NoSuchRelease(NotPublished):
    """`where` names channel, backend and host; `nearest` are versions that are there."""

    def __init__(self, wish: str, where: str, nearest: Sequence[str]) -> None:
        super().__init__(
            f"there is no release {f'for {wish!r} ' if wish != 'newest' else ''}in {where}",
            details=f"nearest: {', '.join(nearest)}" if nearest else "nothing is published there",
            hint="`dockswitch list-remote` shows what is published there",
        )


class OnlyPreReleases(NotPublished):
    """`pres` are the pre-releases that lie under the wish, oldest first."""

    def __init__(self, wish: str, where: str, channel: str, pres: Sequence[str]) -> None:
        super().__init__(
            f"there are only pre-releases for {wish!r} in {where}",
            details=f"there: {', '.join(pres)}",
            hint="a pre-release is taken only when it is asked for by name: "
            f"`dockswitch use {channel} {pres[-1]}`",
        )


class NeverPublished(NotPublished):
    def __init__(self, version: str, nearest: Sequence[str]) -> None:
        super().__init__(
            f"{version} was tagged, but Docker never published it",
            details=f"nearest: {', '.join(nearest)}" if nearest else "",
            hint="take a version that `dockswitch list-remote` shows",
        )


class PublishedElsewhere(NotPublished):
    """`elsewhere` says where the version was published, `nearest` what is there instead."""

    def __init__(
        self,
        version: str,
        where: str,
        elsewhere: Sequence[str],
        nearest: Sequence[str],
        day: date | None,
    ) -> None:
        super().__init__(
            f"{version} was published, but not in {where}",
            details=(f"published on {day} in: " if day else "published in: ")
            + ", ".join(elsewhere)
            + (f"; nearest here: {', '.join(nearest)}" if nearest else ""),
            hint=f"`dockswitch where {version}` shows every place; another channel or --backend "
            "may have it for this host",
        )


# Sources, and where there is none


class BadChannelMap(UsageError):
    """`mistakes` are sentences that begin with file, line and key."""

    def __init__(self, path: str, mistakes: Sequence[str]) -> None:
        count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__(
            f"{path} has {count}",
            details="\n".join(mistakes),
            hint="mend it, or take another with --channels FILE; nothing was changed",
        )


class UnknownChannel(NotPublished):
    """`near` are channels with names like it."""

    def __init__(self, channel: str, *, near: Sequence[str], channels: Sequence[str]) -> None:
        super().__init__(
            f"there is no channel {channel!r}",
            details=f"channels: {', '.join(channels)}",
            hint=(f"did you mean {' or '.join(near)}? " if near else "")
            + "`dockswitch channels` shows them all; --channels FILE adds a site's own",
        )


class NotByThisBackend(NotPublished):
    """`backends` are those that can install from the channel."""

    def __init__(self, channel: str, backend: str, backends: Sequence[str]) -> None:
        super().__init__(
            f"{channel} is not published for the {backend} backend",
            details=f"it is published for: {', '.join(backends)}",
            hint=f"take --backend {backends[0]}, or another channel (`dockswitch channels`)",
        )


class NoSuchBackend(UsageError):
    """`group` is the entry-point group in which a package may bring another."""

    def __init__(self, name: str, known: Sequence[str], group: str) -> None:
        super().__init__(
            f"there is no backend {name!r}",
            details=f"backends: {', '.join(known)}",
            hint=f"take one of those, or install a package that brings it ({group})",
        )


class NoSystem(NotForThisHost):
    def __init__(self, channel: str, system: str, systems: Sequence[str]) -> None:
        super().__init__(
            f"{channel} has no static archives for {system}",
            details=f"it has some for: {', '.join(systems)}",
            hint="`dockswitch channels` shows what each channel has",
        )


class NoArchitecture(NotForThisHost):
    """`archs` are those that have files there, as the backend calls them."""

    def __init__(self, channel: str, backend: str, arch: str, archs: Sequence[str]) -> None:
        super().__init__(
            f"{channel} has nothing for {arch} ({backend})",
            details=f"it has files for: {', '.join(archs)}",
            hint="`dockswitch channels` shows what each channel has; a host is named with "
            "--for DISTRO[:CODENAME]/ARCH",
        )


class NoSuite(NotForThisHost):
    """Docker has no suite for the host's codename, or the codename is not known."""

    def __init__(self, channel: str, host: str, distributions: Sequence[str]) -> None:
        super().__init__(
            f"{channel} has no packages for {host}",
            details=f"it has some for: {', '.join(distributions)}, and for what descends from them "
            "and keeps their codename",
            hint="say which fits with --suite SUITE or --for DISTRO:CODENAME/ARCH, "
            "or take --backend static",
        )


class BadMirror(UsageError):
    """The address itself is not repeated: it may hold a secret."""

    def __init__(self, what: str, expected: str) -> None:
        super().__init__(
            f"the {what} address cannot be used",
            details=f"expected {expected}",
            hint="set it right with --mirror, in DOCKSWITCH_MIRROR or in settings.yaml"
            if what == "mirror"
            else f"set it right in DOCKSWITCH_{what.upper()}_MIRROR or in settings.yaml",
        )


class NotSigned(NotAuthentic):
    """`what` is why the signature does not count."""

    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} is not signed as it should be",
            details=what,
            hint="look at the repository's key and fingerprint; commands that only look may read "
            "an unsigned index with --verify tls",
        )


class NoVerifier(NotAuthentic):
    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} cannot be verified here",
            details="neither gpgv nor sqv is installed",
            hint="`apt-get install gpgv` brings one; commands that only look may read the index "
            "with --verify tls",
        )


class WrongKey(NotAuthentic):
    def __init__(self, name: str, have: str, wanted: str) -> None:
        super().__init__(
            f"{name} is not the pinned key",
            details=f"its fingerprint is {have or 'not to be found'}, pinned is {wanted}",
            hint="compare both with what the publisher says before you change either",
        )


class IndexExpired(NotAuthentic):
    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} is not of this day",
            details=what,
            hint="look at this machine's clock (`date`); an old index may be an attack, or a "
            "mirror that is no longer updated",
        )


class IndexMismatch(NotAuthentic):
    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} is not what the signed index announces",
            details=what,
            hint="the server may be in the middle of an update: try again in some minutes",
        )


class NoSuchComponent(NotPublished):
    """`have` are what the repository's suite has in place of it."""

    def __init__(self, url: str, what: str, name: str, have: Sequence[str]) -> None:
        super().__init__(
            f"there is no {what} {name} in {url}",
            details=f"there: {', '.join(have)}",
            hint="`dockswitch channels` shows where each channel is published",
        )
