"""dockswitch's own file of preferences: it pins packages to a version, and says who wants that.

A hold alone keeps an upgrade from changing a package, but `apt-get install docker-ce` means the
newest one then, and fails; with a pin it means the one that is held.
"""

from collections.abc import Sequence

from dockswitch.model import package_words
from dockswitch.model.hold import Hold
from dockswitch.model.layout import PREFERENCES
from dockswitch.model.ports import Reader
from dockswitch.model.step import File, Holds

# Above every source, that of `APT::Default-Release` (990) too, and below 1000, from which on apt
# would downgrade what is installed: where a machine has something else by now, or another pin
# (kubespray has one of 1001, kubespray#4819), it is not fought over. See apt_preferences(5).
PRIORITY = 999

_TITLE = "Held by dockswitch: no upgrade changes these packages."
_WAY_OUT = "`dockswitch unhold` lets go of them; it removes this file, which is not to be edited."
_OWNER, _REASON, _SINCE, _ASKED = "Held by: ", "Because: ", "Since: ", "Until: "
_ALWAYS, _MEANWHILE = "somebody lets go of them", "another version is asked for"


def steps(
    hold: Hold | None, words: Sequence[str], *, before: Sequence[str] = ()
) -> tuple[File, Holds]:
    """What makes it so: these packages (`NAME=VERSION`) are held and pinned, and no others of ours.

    `before` are the words that were held before it. With no hold the file is gone, all are free.
    """
    held = tuple(package_words.versions(words)) if hold else ()
    free = tuple(name for name in package_words.versions(before) if name not in held)
    return File(PREFERENCES, text(hold, words) if hold else None), Holds(held, free)


def text(hold: Hold, words: Sequence[str]) -> str:
    """The file; what is said in it stands in `Explanation`, which the oldest apt takes too."""
    said = (
        _TITLE,
        _OWNER + line(hold.owner),
        _REASON + line(hold.reason),
        _SINCE + line(hold.since),
        _ASKED + (_ALWAYS if hold.asked else _MEANWHILE),
        _WAY_OUT,
    )
    explained = "".join(f"Explanation: {each}\n".replace(" \n", "\n") for each in said)
    return explained + pins(words)


def pins(words: Sequence[str]) -> str:
    """What has apt take these packages, each in that version, and no other."""
    stanzas = (
        f"Package: {name}\nPin: version {version}\nPin-Priority: {PRIORITY}\n"
        for name, version in package_words.versions(words).items()
    )
    return "\n".join(stanzas)


def read(reader: Reader) -> tuple[Hold, tuple[str, ...]] | None:
    """The hold with the words that it is of; None where there is none, or no file of ours."""
    content = (reader.read(PREFERENCES) or b"").decode(errors="replace")
    lines = content.splitlines()
    said = [each.removeprefix("Explanation:").strip() for each in lines if each.startswith("Exp")]
    if _TITLE not in said:
        return None
    names = [each.removeprefix("Package: ") for each in lines if each.startswith("Package: ")]
    versions = [each.removeprefix("Pin: version ") for each in lines if each.startswith("Pin: ")]
    words = tuple(map(package_words.there, names, versions))
    asked = _said(said, _ASKED) == _ALWAYS
    return Hold(_said(said, _OWNER), _said(said, _REASON), _said(said, _SINCE), asked), words


def line(text: str) -> str:
    """A person's words on one line, as the file holds them."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _said(lines: Sequence[str], begins: str) -> str:
    found = (each[len(begins) :] for each in lines if each.startswith(begins))
    return next(found, "")
