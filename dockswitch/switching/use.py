"""`use`: from a request to a running engine; fetched and verified before anything is touched."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from dockswitch.backends import Backend, bundles
from dockswitch.model.generation import Generation
from dockswitch.model.outcome import Found, Outcome
from dockswitch.model.plan import Goal, Plan
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.release import Bundle, Release
from dockswitch.model.wish import Exact, Newest, Previous, Request, SystemsOwn
from dockswitch.switching import fetch, history, impact, rollback, switch
from dockswitch.switching.fetch import Accepted
from dockswitch.switching.switch import Switch

if TYPE_CHECKING:
    from dockswitch.model.catalog import Catalog

# Made when it is asked for: a version that is kept needs none, and it costs 8 ms.
LateCatalog: TypeAlias = "Callable[[], Catalog]"


@dataclass(frozen=True, slots=True)
class Options:
    """How a switch is to be made: `start` an engine or only flip links, all binaries or docker."""

    start: bool = True
    client_only: bool = False
    accepted: Accepted = field(default_factory=Accepted)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a request came to: kept already (`bundle`), or `found` in a source."""

    bundle: Bundle
    channel: str
    found: Found | None


def use(
    system: System,
    catalog: LateCatalog,
    request: Request,
    backend: Backend,
    options: Options,
    progress: Progress,
) -> tuple[Outcome, Found | None]:
    """Makes the machine run what the request means; returns what happened and what was found."""
    if isinstance(request.wish, Previous):
        return rollback.rollback(system, None, progress, start=options.start), None
    if isinstance(request.wish, SystemsOwn):
        return rollback.rollback(system, 0, progress, start=options.start), None
    chosen = choose(system, catalog, request, backend.takes[0])
    plan(system, backend, chosen, options)  # raises what stands in the way, before any fetching
    bundle = chosen.bundle
    if chosen.found is not None:
        bundle = fetch.fetch(system, chosen.found.release, options.accepted, progress)
    goal = goal_of(bundle, options)
    wanted = Switch(backend, goal, chosen.channel, request.words)
    return switch.perform(system, wanted, progress), chosen.found


def choose(reader: Reader, catalog: LateCatalog, request: Request, backend: str) -> Chosen:
    """The kept version that an exact wish names, without the network; else what sources offer."""
    kept = _kept(reader, request)
    if kept is not None:
        return Chosen(kept, request.channel or "", None)
    return _looked_up(reader, catalog, request, backend)


def _looked_up(reader: Reader, catalog: LateCatalog, request: Request, backend: str) -> Chosen:
    # Sources cost 9 ms of imports, which a kept version does without.
    from dockswitch.switching import find

    found = find.find(reader, catalog(), request, backend)
    return Chosen(_expected(reader, found.release), found.release.channel, found)


def plan(reader: Reader, backend: Backend, chosen: Chosen, options: Options) -> Plan:
    """What the switch would do; raises what stands in the way."""
    if chosen.found is None:
        fetch.refuse_kept(chosen.bundle, options.accepted)
    else:
        fetch.refuse_less_trust(fetch.archive_of(chosen.found.release), options.accepted)
    goal = goal_of(chosen.bundle, options)
    installed = backend.installed(reader)
    steps = backend.steps(goal, installed, reader)
    kept = bundles.read(reader, chosen.bundle.folder) is not None
    artifacts = () if kept or chosen.found is None else chosen.found.release.artifacts
    return Plan(goal, installed, artifacts, steps)


def preview(
    reader: Reader,
    catalog: LateCatalog,
    request: Request,
    backend: Backend,
    options: Options,
) -> tuple[Plan, str]:
    """What `use` would do, and the channel that it would record; nothing is fetched."""
    number = {Previous: None, SystemsOwn: 0}.get(type(request.wish), -1)
    if number != -1:
        earlier = history.earlier(reader, number)
        goal = rollback.goal_of(reader, earlier, start=options.start)
        installed = backend.installed(reader)
        steps = backend.steps(goal, installed, reader)
        return _foreseen(reader, Plan(goal, installed, (), steps), earlier.channel)
    chosen = choose(reader, catalog, request, backend.takes[0])
    return _foreseen(reader, plan(reader, backend, chosen, options), chosen.channel)


def _foreseen(reader: Reader, plan: Plan, channel: str) -> tuple[Plan, str]:
    """With what the history would say then, and what becomes of containers."""
    now = history.newest(reader)
    changes = bool(plan.steps) or not switch.says_the_same(now, plan.goal, channel)
    number = now.number + 1 if changes else now.number
    told = replace(plan, changes=changes, generation=number, impact=impact.impact(reader, plan))
    return told, channel


def upgrade(
    system: System,
    catalog: LateCatalog,
    now: Generation,
    backend: Backend,
    options: Options,
    progress: Progress,
) -> Outcome:
    """To the newest of the channel in use, and never to an older one than what is there."""
    request = Request(now.channel, Newest(), now.channel)
    newest = _looked_up(system, catalog, request, backend.takes[0]).bundle
    if now.version is not None and newest.version <= now.version:
        request = replace(request, wish=Exact(now.version))
    return use(system, catalog, request, backend, options, progress)[0]


def goal_of(bundle: Bundle, options: Options) -> Goal:
    names = tuple(n for n in bundle.names if n == "docker") if options.client_only else bundle.names
    starts = options.start and not options.client_only
    return Goal(bundle, names, "start" if starts else "leave")


def _kept(reader: Reader, request: Request) -> Bundle | None:
    """The kept bundle that an exact wish names, the current one first."""
    if not isinstance(request.wish, Exact) or request.as_of is not None:
        return None
    current = reader.link(reader.layout.current) or ""
    found = [
        bundle
        for bundle in bundles.kept(reader)
        if request.wish.matches(bundle.version)
        and (request.channel is None or request.channel in bundle.channels)
    ]
    found.sort(key=lambda bundle: bundle.folder.endswith(f"/{current.rpartition('/')[2]}"))
    return found[-1] if found else None


def _expected(reader: Reader, release: Release) -> Bundle:
    """The bundle as it will be, where it is kept already: as it is."""
    wanted = fetch.archive_of(release)
    digest = min(wanted.digests) if wanted.digests else "<digest>"
    kept = fetch.kept(reader, release)
    return kept or Bundle(
        version=release.version,
        folder=bundles.folder_of(reader, release.version, digest),
        names=bundles.expected_names(release.version),
        channels=(release.channel,),
        url=wanted.url,
        sha256=digest,
        size=wanted.size or 0,
        trust=wanted.trust,
    )
