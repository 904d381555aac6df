"""What is asked of an engine that was just started, before a switch is done."""

from collections.abc import Callable

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Progress, System
from dockswitch.switching import probe, proof, up_again
from dockswitch.switching.options import Options
from dockswitch.switching.serving import Serving
from dockswitch.switching.up_again import Before


def refuse_mute(
    system: System, engine: Serving, progress: Progress, answered: Callable[[], None]
) -> None:
    """Raises Unwell where it does not answer as its version; `answered` is called in any case."""
    progress.say("waiting for the engine to answer")
    reason = engine.answers(system)
    answered()
    _refuse(reason)


def refuse_idle(system: System, engine: Serving, progress: Progress, *, must: bool) -> str | None:
    """Where it runs no container: raises Unwell if it `must`, else returns what is worth saying."""
    progress.say("running a container")
    reason = proof.runs_container(system, engine.init(system))
    if reason is None:
        return None
    if must:
        raise Unwell(reason)
    return f"it runs no container, and neither did the engine before it: {reason}"


def refuse_missing(system: System, before: Before, progress: Progress) -> None:
    """Raises Unwell where a container that ran before and was to outlive the switch does not."""
    if before.to_be_up:
        progress.say(f"waiting for {len(before.to_be_up)} of its containers")
    _refuse(up_again.missing(system, before))


def refuse_probed(system: System, engine: Serving, options: Options, progress: Progress) -> None:
    """Raises Unwell where the site's own check does not take it."""
    reason = probe.refuses(system, options.probe, engine.folder, progress)
    if reason is not None:
        raise Unwell(reason, hint=probe.HINT)


def _refuse(reason: str | None) -> None:
    if reason is not None:
        raise Unwell(reason)


class Unwell(DockswitchError):
    """The wanted engine was started and does not serve; the message is the reason."""
