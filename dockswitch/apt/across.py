"""A hold across a switch of its packages: let go of before it, and taken behind it.

apt-get refuses to change what is held, and with `--allow-change-held-packages` it drops the hold
for good (measured). So a switch lets go first, as a step of its own whose inverse is done last,
once an undo has the old packages back: none is lost, wherever it ends. apt-get needs no option
then, and itself refuses to touch what somebody else holds meanwhile.
"""

from collections.abc import Sequence
from dataclasses import replace

from dockswitch.apt import holds, preferences
from dockswitch.apt.foreign_holds import foreign
from dockswitch.model import package_names, package_words
from dockswitch.model.errors import DockswitchError
from dockswitch.model.hold import Hold
from dockswitch.model.layout import PREFERENCES
from dockswitch.model.ports import Reader
from dockswitch.model.step import Holds, Step


def let_go(reader: Reader) -> tuple[Step, ...]:
    """To come before the packages of a switch, where it changes some: ours are free."""
    ours = preferences.read(reader)
    return (Holds((), tuple(package_words.versions(ours[1]))),) if ours else ()


def steps(
    reader: Reader, hold: Hold | None, words: Sequence[str], *, before: Sequence[Step]
) -> tuple[Step, ...]:
    """To come behind them; none where all is so already and nothing comes `before`.

    `words` are the packages that are there then. What somebody else holds stays theirs. The same
    hold again keeps its date. Raises NotOurs.
    """
    ours = preferences.read(reader)
    if ours is None and reader.kind(PREFERENCES) is not None:
        raise NotOurs(reader.layout.real(PREFERENCES))
    theirs = foreign(reader, package_words.versions(words))
    own = [word for word in _in_order(words) if package_words.split(word)[0] not in theirs]
    file, held = preferences.steps(_dated(ours, hold, own), own, before=ours[1] if ours else ())
    same = (reader.read(file.path) or b"").decode(errors="replace") == (file.content or "")
    if before:
        return (file, held)
    return (*(() if same else (file,)), *(() if _is_so(reader, held) else (held,)))


def _in_order(words: Sequence[str]) -> list[str]:
    """The engine's own first: the same packages are the same hold, however they were found."""
    places = {name: at for at, name in enumerate(package_names.ALL)}
    return sorted(words, key=lambda word: places.get(package_words.split(word)[0], len(places)))


def _dated(
    ours: tuple[Hold, tuple[str, ...]] | None, hold: Hold | None, words: Sequence[str]
) -> Hold | None:
    """With no words there is nothing to hold."""
    if hold is None or not words:
        return None
    if (
        ours is not None
        and ours[1] == tuple(words)
        and replace(hold, since=ours[0].since) == ours[0]
    ):
        return ours[0]
    return hold


def _is_so(reader: Reader, wanted: Holds) -> bool:
    now = holds.observed(reader, wanted)
    return set(now.held) == set(wanted.held) and set(now.free) == set(wanted.free)


class NotOurs(DockswitchError):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is not as dockswitch wrote it",
            details="it does not say who holds what",
            hint="move it aside, then run the same command again",
        )
