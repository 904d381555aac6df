"""How a switch, a plan and a release are told: as lines for people and as plain data."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from dockswitch.model.address import shown
from dockswitch.model.api_range import ApiRange
from dockswitch.model.finding import Finding
from dockswitch.model.generation import Generation
from dockswitch.model.hold import Hold
from dockswitch.model.layout import Layout
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.origin import Origin
from dockswitch.model.outcome import Found, Outcome
from dockswitch.model.plan import Plan, runs_neighbour
from dockswitch.model.release import Artifact, Bundle, Download, Release
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.model.vm import Vm
from dockswitch.report import unconfirmed

if TYPE_CHECKING:  # few switches have to be confirmed
    from dockswitch.model.unconfirmed import Unconfirmed


def headline(layout: Layout, backend: str, trust: Trust | None) -> str:
    """Scope, backend and trust: the first line of what `use` prints."""
    where = f"{layout.scope} scope" + (f" below {layout.root}" if layout.root else "")
    how = f"trust {trust} ({trust.meaning})" if trust else "nothing to authenticate"
    return f"{where} · {backend} backend · {how}"


def source_lines(origin: Origin) -> Iterator[str]:
    """The source of apt's that a site has configured itself, and whose key vouches for it."""
    vouched = f", signed with the {origin.vouched}" if origin.vouched else ", which nobody signed"
    yield f"from {shown(str(origin))}, as {origin.file} has it{vouched}"


def outcome_lines(outcome: Outcome, layout: Layout) -> Iterator[str]:
    after, before = outcome.after, outcome.before.version
    trust = min((each.trust for each in after.artifacts), default=None)
    yield headline(layout, after.backend, trust)
    what = _what(after)
    generation = f"(generation {after.number})"
    if not outcome.changed:
        where = f" in {after.vm}" if after.vm is not None else ""
        yield f"{what} is in use already{where}: nothing changed {generation}"
        return
    former = outcome.left or before
    was = f", was {former}" if former is not None and former != after.version else ""
    runs = after.running or (after.version is None and after.neighbour is not None)
    running = "is running" if runs else "is in use"
    running += f" in {after.vm}" if after.vm is not None else ""
    yield f"{what} {running}{was} {generation}" + _downtime(outcome)
    yield from unconfirmed.lines(outcome.waits)
    if after.data:
        yield f"it has a data-root of its own, {layout.real(after.data)}; the machine's is kept"


def _what(generation: Generation) -> str:
    """What a generation is, for people."""
    if generation.version is not None:
        return f"{generation.channel} {generation.version}".strip()
    return str(generation.neighbour) if generation.neighbour else "nothing of dockswitch's"


def outcome_plain(outcome: Outcome, *, seconds: float) -> dict[str, object]:
    after = outcome.after
    return {
        "changed": outcome.changed,
        "from": _version(outcome.before.version, outcome.left),
        "to": _version(after.version, after.neighbour),
        "channel": after.channel or None,
        "backend": after.backend,
        "generation": after.number,
        "trust": str(min(a.trust for a in after.artifacts)) if after.artifacts else None,
        "artifacts": [{"url": a.url, "sha256": a.sha256, "bytes": a.size} for a in after.artifacts],
        "restarted": outcome.restarted,
        "downtime_seconds": _rounded(outcome.downtime),
        "seconds": _rounded(seconds),
        "recovered": outcome.recovered.wish if outcome.recovered else None,
        "notes": list(outcome.notes),
        "neighbour": neighbour_plain(after.neighbour),
        "machine": machine_plain(after.vm, outcome.host),
        "context": outcome.context or None,
        "revert_at": outcome.waits.until if outcome.waits else None,
    }


def wish(generation: Generation, waits: "Unconfirmed | None") -> str:
    """What was asked for, and what else there is to say of that generation."""
    said = [f"held by {generation.hold.owner}"] if generation.hold else []
    said += [f"{generation.unconfirmed} was not confirmed"] if generation.unconfirmed else []
    said += ["not confirmed yet"] if waits and waits.generation == generation.number else []
    return f"{generation.wish} ({', '.join(said)})" if said else generation.wish


def plan_lines(plan: Plan, layout: Layout, backend: str, *, waits: int = 0) -> Iterator[str]:
    """What `--dry-run` and `--check` say; `waits` are the seconds to confirm it, 0 for none."""
    bundle = plan.goal.bundle
    yield headline(layout, backend, bundle.trust if bundle else None)
    if bundle and bundle.origin and bundle.origin.file:
        yield from source_lines(bundle.origin)
    for artifact in plan.artifacts:
        yield f"would fetch {_name(artifact)}" + (
            f" ({artifact.size} bytes)" if artifact.size else ""
        )
    for step in plan.steps:
        yield f"would {step}"
    yield from plan.impact
    if waits:
        from dockswitch.model.duration import spelled  # few switches have to be confirmed

        yield f"would undo all that after {spelled(waits)}, unless `dockswitch confirm` comes"
    yield from _api_lines(plan)
    yield from (f"worth knowing: {each}" for each in plan.findings)
    if plan.way_back is not None:
        yield plan.way_back
    elif plan.restarts:
        yield "`dockswitch rollback` would bring all back"
    if not plan.artifacts and not plan.steps:
        recorded = f"record generation {plan.generation}" if plan.changes else ""
        yield f"would {recorded}" if recorded else "nothing to do"


def _api_lines(plan: Plan) -> Iterator[str]:
    """What clients can speak with; nothing where no engine is started."""
    if plan.steps and plan.api_then is not None:
        before = f", {plan.api_now} before" if plan.api_now else ""
        yield f"the engine would answer API {plan.api_then}{before}"


def _api_plain(api: ApiRange | None) -> dict[str, str] | None:
    return {"oldest": api.oldest, "newest": api.newest} if api else None


def plan_plain(
    plan: Plan, channel: str, backend: str, *, seconds: float, waits: int = 0
) -> dict[str, object]:
    """As of the switch itself, without acting."""
    bundle = plan.goal.bundle
    left = any(runs_neighbour(step) is False for step in plan.steps)
    return {
        "changed": plan.changes,
        "from": _version(plan.installed.version, plan.goal.neighbour if left else None),
        "to": _version(bundle.version if bundle else None, plan.goal.neighbour),
        "channel": channel or None,
        "backend": backend,
        "generation": plan.generation,
        "trust": str(bundle.trust) if bundle else None,
        "artifacts": [artifact_plain(each) for each in plan.artifacts],
        "restarted": plan.restarts,
        "downtime_seconds": None,
        "seconds": _rounded(seconds),
        "steps": [str(step) for step in plan.steps],
        "impact": list(plan.impact),
        "api": {"before": _api_plain(plan.api_now), "after": _api_plain(plan.api_then)},
        "findings": [finding_plain(each) for each in plan.findings],
        "way_back": plan.way_back,
        "machine": machine_plain(plan.goal.vm),
        "revert_after_seconds": waits or None,
    }


def finding_plain(finding: Finding) -> dict[str, object]:
    """`code` is that of the error which a switch would end with, None where it would not."""
    code = finding.error.code if finding.error else None
    return {"what": finding.what, "hint": finding.hint, "code": code}


def found_plain(found: Found, *, why: bool) -> dict[str, object]:
    release = found.release
    first = release.artifacts[0] if release.artifacts else None
    plain: dict[str, object] = {
        "version": str(release.version),
        "channel": release.channel,
        "backend": release.backend,
        "artifacts": [artifact_plain(each) for each in release.artifacts],
        "trust": str(first.trust) if first else None,
        "released": release.published.isoformat() if release.published else None,
        "proven": release.proven,
    }
    return plain | ({"reasons": list(found.reasons)} if why else {})


def artifact_plain(artifact: Artifact) -> dict[str, object]:
    """`sha256` is one digest, None where nobody knows it, several where several are right."""
    if isinstance(artifact, Download):
        known = sorted(artifact.digests)
        digest = known[0] if len(known) == 1 else known or None
        return {"url": shown(artifact.url), "sha256": digest, "bytes": artifact.size}
    return {
        "package": artifact.name,
        "version": artifact.version,
        "url": shown(artifact.url) or None,
        "sha256": artifact.sha256 or None,
        "bytes": artifact.size,
    }


def artifact_lines(release: Release) -> Iterator[str]:
    """Each artifact, with what is known of its bytes."""
    for artifact in release.artifacts:
        yield f"{_name(artifact)} ({artifact.trust})"
        known = artifact.digests if isinstance(artifact, Download) else {artifact.sha256} - {""}
        for digest in sorted(known):
            yield f"sha256 {digest}"


def bundle_plain(bundle: Bundle, in_use: Collection[str]) -> dict[str, object]:
    return {
        "version": str(bundle.version),
        "backend": bundle.backend,
        "current": bundle.folder in in_use,
        "channels": list(bundle.channels),
        "trust": str(bundle.trust),
        "sha256": bundle.sha256,
        "bytes": bundle.size,
    }


def generation_plain(generation: Generation) -> dict[str, object]:
    return {
        "generation": generation.number,
        "version": _text(generation.version),
        "channel": generation.channel or None,
        "backend": generation.backend,
        "time": generation.time,
        "wish": generation.wish,
        "running": generation.running,
        "data_root": generation.data or None,
        "neighbour": neighbour_plain(generation.neighbour),
        "held": hold_plain(generation.hold) or False,
        "unconfirmed": generation.unconfirmed or None,
        "machine": machine_plain(generation.vm),
    }


def machine_plain(vm: Vm | None, host: str | None = None) -> dict[str, object] | None:
    """The virtual machine that an engine is in; `host` is where that answers now, if it does."""
    if vm is None:
        return None
    return {"name": vm.name, "keeper": vm.keeper, "driver": vm.driver or None, "host": host or None}


def hold_plain(hold: Hold | None) -> dict[str, object] | None:
    """Who holds the engine's packages, and why."""
    if hold is None:
        return None
    return {"owner": hold.owner, "reason": hold.reason, "since": hold.since, "asked": hold.asked}


def neighbour_plain(found: Neighbour | None) -> dict[str, object] | None:
    """The engine of somebody else that `use system` means."""
    if found is None:
        return None
    return {
        "kind": found.kind,
        "program": found.program,
        "version": found.version or None,
        "package": found.package or None,
        "package_version": found.package_version or None,
        "unit": found.unit or None,
        "pid": found.pid,
        "data_root": found.data_root or None,
    }


def _name(artifact: Artifact) -> str:
    if isinstance(artifact, Download):
        return shown(artifact.url)
    return f"{artifact.name}={artifact.version}"


def _version(ours: Version | None, theirs: Neighbour | None) -> str | None:
    """Ours, or that of an adopted engine where there is none."""
    return _text(ours) or (theirs.version if theirs else None)


def _downtime(outcome: Outcome) -> str:
    return "" if outcome.downtime is None else f", down for {outcome.downtime:.1f} s"


def _text(version: Version | None) -> str | None:
    return str(version) if version is not None else None


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
