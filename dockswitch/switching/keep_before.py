"""What a switch of packages replaces is kept before, so that going back needs no network."""

from collections.abc import Iterator, Sequence

from dockswitch.apt import engine, states
from dockswitch.apt import kept as files
from dockswitch.model import package_words
from dockswitch.model.finding import Finding
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.step import Packages, Step
from dockswitch.model.version import Version
from dockswitch.switching import keep

# of packages that have no engine among them
_NO_ENGINE = Version.parse("0.0.0")


def kept(system: System, steps: Sequence[Step], progress: Progress) -> tuple[Finding, ...]:
    """What cannot be brought back without the network is worth knowing, and stops nothing."""
    replaced = dict.fromkeys(_replaced(system, steps))
    words = [word for word in replaced if files.find(system, word) is None]
    if not words:
        return ()
    there = states.states(system, package_words.versions(words))
    return keep.keep(system, engine.version(there) or _NO_ENGINE, words, progress).absent


def _replaced(reader: Reader, steps: Sequence[Step]) -> Iterator[str]:
    """The installed packages that these steps change or remove, as they are now."""
    for step in steps:
        if isinstance(step, Packages):
            wanted = package_words.versions(step.wanted)
            for name, now in states.states(reader, wanted).items():
                if now.whole and now.version != wanted[name]:
                    yield package_words.there(name, now.version)
