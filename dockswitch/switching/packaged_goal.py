"""A bundle of packages as a goal: what apt is told, and how what it installs is held."""

from dockswitch.apt import engine, marks, states
from dockswitch.backends import package_choice
from dockswitch.model import package_names, package_words
from dockswitch.model.generation import Generation
from dockswitch.model.hold import Hold
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.plan import Goal, Start
from dockswitch.model.ports import Reader
from dockswitch.model.release import Bundle
from dockswitch.switching import adopted, history
from dockswitch.switching.chosen import Chosen
from dockswitch.switching.options import Options
from dockswitch.system.person import person


def goal_of(reader: Reader, choice: Chosen, options: Options) -> Goal:
    """What was chosen as a goal on this machine, with what is installed there."""
    return Goal(
        choice.bundle,
        (),
        "start" if options.starts else "leave",
        experimental=options.experimental,
        neighbour=_neighbour(reader),
        packages=choice.packages,
        hold=_hold(reader, choice, options),
    )


def back_to(reader: Reader, wanted: Generation, bundle: Bundle, start: Start) -> Goal:
    """An earlier generation of packages as a goal: exactly what was installed then.

    It is held as it was then, unless a person asked for a hold since, which none loses by it.
    """
    now = history.newest(reader).hold
    return Goal(
        bundle,
        (),
        start,
        experimental=wanted.experimental,
        neighbour=_neighbour(reader),
        packages=words_back(reader, wanted),
        automatic=wanted.automatic,
        hold=now if now is not None and now.asked else wanted.hold,
    )


def words_back(reader: Reader, wanted: Generation) -> tuple[str, ...]:
    """What apt is to be told for the engine of that generation to be there, and no other.

    What belongs to no engine stays, such as a tini that somebody installed since.
    """
    there = states.states(reader, package_names.ALL)
    names = package_words.versions(wanted.packages)
    goes = {*engine.family(there), *package_choice.in_the_way(names, there)}
    gone = (package_words.gone(name) for name in there if name in goes and name not in names)
    return (*wanted.packages, *gone)


def installed(reader: Reader) -> tuple[str, ...]:
    """The packages of an engine that are installed, as apt calls them."""
    there = states.states(reader, package_names.ALL)
    return tuple(package_words.there(name, each.version) for name, each in there.items())


def automatic(reader: Reader) -> tuple[str, ...]:
    """Those of them that apt may remove once nothing needs them."""
    return marks.automatic(reader, tuple(states.states(reader, package_names.ALL)))


def _neighbour(reader: Reader) -> Neighbour | None:
    """The adopted engine that is to be left; one that packages brought is for apt to change."""
    newest = history.newest(reader)
    if newest.version is not None and newest.backend == "apt":
        return None  # the one in force is apt's, and to look for it takes a dozen commands
    found = adopted.of(reader)
    return None if found is not None and found.kind == "package" else found


def _hold(reader: Reader, choice: Chosen, options: Options) -> Hold | None:
    """An exact version is held, or the next upgrade would undo it; a channel is followed.

    What a person asked to be held goes along with each switch.
    """
    newest = history.newest(reader)
    now = newest.hold
    if options.hold is False:
        return None
    if now is not None and now.asked:
        return now
    if not (options.hold or choice.exact):
        return None
    if now is not None and newest.version == choice.bundle.version and not options.hold:
        return now  # it is held already
    reason = f"use {choice.words}"
    return Hold(person(), reason, reader.now(), asked=bool(options.hold))
