"""What apt-get or dpkg said, as an error of ours: apt exits with 100 for nearly everything."""

import re
from collections.abc import Callable

from dockswitch.apt import refused, unserved, untrusted
from dockswitch.apt.locks import PackagesBusy
from dockswitch.model import indexes
from dockswitch.model.address import shown
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Finished

# It says so in warnings, and exits with 0.
_UNSAID = re.compile(
    "Some index files failed to download"
    "|previous index files will be used"
    "|doesn't have the component"
)
_FETCH = r"Failed to fetch (?P<url>\S+)  "
_SIGNED = r"(?:GPG error|OpenPGP signature verification failed): (?P<place>.+?): .*"
_REPOSITORY = r"epository '(?P<place>[^']+?)(?: (?:In)?Release)?'"
_NAMES = r"((?:  .+\n)+)"  # indented lines below a heading

_Made = Callable[[re.Match[str]], DockswitchError]

# The first that fits is it: what is the reason of another stands before it.
_ROWS: tuple[tuple[str, _Made], ...] = (
    (
        r"get lock (\S+)\. It is held by (process \d+ \(.+?\)).*\n.*Unable to (?:acquire|lock)",
        lambda said: PackagesBusy(said[2], said[1]),
    ),
    (r"E: Could not get lock (\S+)", lambda said: PackagesBusy("another process", said[1])),
    (
        r"error: (dpkg \w+ lock) (?:was|is) locked by (another process.*)",
        lambda said: PackagesBusy(said[2], said[1]),
    ),
    (r"Unable to acquire the .* lock \((\S+)\), is", lambda s: PackagesBusy("a process", s[1])),
    (r".*\bare you root\?|.*requires superuser privilege", lambda said: refused.NotRoot(said[0])),
    (
        r"You don't have enough free space in (\S+?)/?\.\n",
        lambda said: refused.NoRoom(said[1], said[0].strip()),
    ),
    (
        r".* to '(\S+)/[^/]+': .*No space left on device",
        lambda said: refused.NoRoom(said[1], said[0].strip()),
    ),
    (r".*No space left on device.*", lambda said: refused.NoRoom("/var", said[0].strip())),
    (r"dpkg was interrupted, you must manually run", lambda _: refused.CutShort()),
    (
        r"The package (\S+) needs to be reinstalled, but I can't find an archive",
        lambda said: refused.ArchiveWanted(said[1]),
    ),
    (
        rf"packages will be DOWNGRADED:\n{_NAMES}(?:.*\n)*.*without --allow-downgrades",
        lambda said: refused.DowngradeRefused(said[1].split()),
    ),
    (
        rf"held packages will be changed:\n{_NAMES}(?:.*\n)*.*without --allow-change-held-packages",
        lambda said: refused.Held(said[1].split()),
    ),
    (
        r"Version '(.+)' for '(.+)' was not found",
        lambda said: unserved.NoSuchVersion(said[2], said[1]),
    ),
    (r"Unable to locate package (\S+)", lambda said: unserved.NoSuchPackage(said[1])),
    (
        r"Package '(.+)' has no installation candidate",
        lambda said: unserved.NoSuchPackage(said[1]),
    ),
    (
        r"packages have unmet dependencies:\n((?: .+\n)+)",
        lambda said: refused.Unmet(" ".join(said[1].split())),
    ),
    (
        r"Conflicting values set for option (\S+) regarding source (.+): (.+)",
        lambda said: refused.TwoKeys(said[1], said[2].strip(" /"), said[3]),
    ),
    (
        r"Type '.+' is not known on .*|Malformed .*|.*list of sources could not be read.*",
        lambda said: refused.SourcesUnread(said[0]),
    ),
    (
        rf"{_SIGNED}(?P<what>(?:EXPKEYSIG|REVKEYSIG|KEYEXPIRED|[^:]*is not bound).*)",
        lambda said: untrusted.KeyExpired(said["place"], said["what"].strip()),
    ),
    (
        rf"{_SIGNED}(?:NO_PUBKEY|Missing key) (?P<key>\w+)",
        lambda said: untrusted.KeyMissing(said["place"], said["key"]),
    ),
    (
        rf"{_SIGNED}(?:executing apt-key|not readable|Permission denied|No such file)",
        lambda said: untrusted.KeyringUnread(said["place"]),
    ),
    (
        r"(?:GPG error|OpenPGP signature verification failed): (?P<place>.+?): (?P<what>.+)",
        lambda said: untrusted.ForgedIndex(said["place"], " ".join(said["what"].split())),
    ),
    (
        rf"{_REPOSITORY} is (?:not|no longer) signed",
        lambda said: untrusted.NotSigned(said["place"]),
    ),
    (
        r"Release file for (\S+) (is expired|is not valid yet) \((.+?)\)",
        lambda said: indexes.IndexExpired(said[1], f"it {said[2]}: {said[3]}"),
    ),
    (
        rf"{_REPOSITORY} changed its '(\w+)' value from '(.*)' to '(.*)'",
        lambda said: untrusted.OtherPublisher(said["place"], said[2], said[3], said[4]),
    ),
    (
        rf"{_FETCH}(Hash Sum mismatch|File has unexpected size.*?)(?: \[IP.*)?\n",
        lambda said: indexes.IndexMismatch(said["url"], said[2]),
    ),
    (
        rf"{_REPOSITORY} does not have a Release file",
        lambda said: unserved.NoSuchSuite(said["place"]),
    ),
    (
        rf"{_REPOSITORY} doesn't have the component '(.+?)'",
        lambda said: unserved.NoSuchComponent(said["place"], said[2]),
    ),
    (
        rf"{_FETCH}(404  .*?)(?: \[IP.*)?\n",
        lambda said: unserved.FileGone(said["url"], " ".join(said[2].split())),
    ),
    (
        rf"{_FETCH}(40[137]  .*?)(?: \[IP.*)?\n",
        lambda said: unserved.NotForEverybody(said["url"], " ".join(said[2].split())),
    ),
    (
        rf"{_FETCH}(Clearsigned file isn't valid.*)",
        lambda said: unserved.NotAnIndex(said["url"], said[2]),
    ),
    (
        rf"{_FETCH}(.+?)(?: \[IP.*)?\n",
        lambda said: unserved.Unfetched(said["url"], " ".join(said[2].split())),
    ),
    (r"Some index files failed.*", lambda said: unserved.Unfetched("its sources", said[0])),
)
_TABLE = tuple((re.compile(pattern), made) for pattern, made in _ROWS)
_DPKG = re.compile(r"Sub-process \S*dpkg (?:returned|exited|received).*|^dpkg: error.*", re.M)


def failure(ran: Finished, log: str) -> DockswitchError | None:
    """Why it did not do what it was told, None where it did; `log` is where all it said is.

    That it exited with 0 is not believed where its warnings say something else.
    """
    text = re.sub(r"\w+://\S+", lambda url: shown(url[0]), f"{ran.out}\n{ran.err}\n")
    if ran.code == 0 and not _UNSAID.search(text):
        return None
    for pattern, made in _TABLE:
        said = pattern.search(text)
        if said is not None:
            return made(said)
    ended = _DPKG.search(text)
    if ended is not None:
        return refused.DpkgFailed(_of_dpkg(text) or ended[0], log)
    return refused.AptFailed(_of_apt(text), log)


def _of_dpkg(text: str) -> str:
    """dpkg's own errors, with the indented lines that belong to each."""
    return "; ".join(
        " ".join(found.split())
        for found in re.findall(r"^dpkg(?:-\w+)?: error.*\n(?: .*\n)*", text, re.M)
    )


def _of_apt(text: str) -> str:
    """Its errors, else the last that it said."""
    errors = re.findall(r"^E(?:rror)?: (.+?)\s*$", text, re.M)
    last = text.strip().splitlines()[-1:]
    return "; ".join(errors or last) or "it said nothing"
