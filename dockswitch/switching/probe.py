"""The site's own check of an engine that was switched to: a command whose exit code decides."""

import os
import shlex
from collections.abc import Mapping, Sequence

from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.ports import Progress, System

HINT = "it was your own check that failed: mend what it asks, or itself"
_LONGEST = 600.0  # seconds
_LINES = 20  # the end of its output that an error shows


def refuses(system: System, words: Sequence[str], folder: str, progress: Progress) -> str | None:
    """Why the probe does not take the engine with these programs, or None where it does.

    `folder` is theirs, empty where they are on everybody's PATH. The probe gets to know the engine
    as `dockswitch run` tells a command: DOCKER_HOST, and its PATH.
    """
    layout = system.layout
    env = {
        "PATH": os.pathsep.join(
            [*([layout.real(folder)] if folder else []), os.environ.get("PATH", os.defpath)]
        ),
        "DOCKER_HOST": f"unix://{layout.real(DaemonConfig.read(system).socket)}",
    }
    return refuses_at(system, words, env, progress)


def refuses_at(
    system: System, words: Sequence[str], env: Mapping[str, str], progress: Progress
) -> str | None:
    """Likewise, where the engine is what that environment tells of."""
    if not words:
        return None
    said = shlex.join(words)
    progress.say(f"probing: {said}")
    ended = system.run(words, timeout=_LONGEST, env=env)
    lines = [line for text in (ended.out, ended.err) for line in text.splitlines()]
    for line in lines:
        progress.say(line)
    if ended.code == 0:
        return None
    end = "\n".join(["", *lines[-_LINES:]]) if lines else ""
    return f"the probe `{said}` ended with {ended.code}{end}"
