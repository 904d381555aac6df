"""The history: the fold of the committed journals."""

from dataclasses import replace

from dockswitch.model.errors import NotPublished
from dockswitch.model.generation import Generation
from dockswitch.model.ports import Reader
from dockswitch.switching import journal

# What a machine was before the first switch.
BEFORE = Generation(
    number=0,
    version=None,
    channel="",
    backend="static",
    folder="",
    names=(),
    artifacts=(),
    time="",
    wish="system",
    running=False,
)


class NoSuchGeneration(NotPublished):
    def __init__(self, number: int | None, newest: int) -> None:
        super().__init__(
            f"there is no generation {number}" if number is not None else "nothing to go back to",
            details=f"the newest generation is {newest}" if newest else "there was no switch yet",
            hint="`dockswitch history` lists them",
        )


def generations(reader: Reader) -> tuple[Generation, ...]:
    """Every committed switch, oldest first."""
    commits = (each.commit for each in journal.read_all(reader))
    return tuple(commit for commit in commits if commit is not None)


def newest(reader: Reader) -> Generation:
    """The generation in force; generation 0 where there was no switch yet."""
    last = journal.last(reader)
    if last is not None and last.commit is not None:
        return last.commit
    return (BEFORE, *generations(reader))[-1]


def earlier(reader: Reader, number: int | None = None) -> Generation:
    """The generation of that number, or the newest that differs from the one in force.

    Number 0 is what was there before dockswitch: an adopted engine, or none.

    Raises NoSuchGeneration.
    """
    known = (BEFORE, *generations(reader))
    now = known[-1]
    if number == 0:
        system = [each for each in known if each.version is None][-1]
        return replace(
            known[0], neighbour=now.neighbour, packages=system.packages, automatic=system.automatic
        )
    if number is None:
        found = [each for each in known if _what(each) != _what(now)]
    else:
        found = [each for each in known if each.number == number]
    if not found:
        raise NoSuchGeneration(number, now.number)
    return found[-1]


def _what(generation: Generation) -> tuple[object, ...]:
    """All by which two generations differ for whoever goes back: a hold alone is no difference."""
    each = generation
    return each.folder, each.packages, each.data, each.experimental, each.vm
