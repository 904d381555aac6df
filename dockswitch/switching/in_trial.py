"""A command in an engine on trial: its client first on PATH, its network around it."""

import os
from collections.abc import Callable, Mapping, Sequence

from dockswitch.engine.trial import Places
from dockswitch.model.layout import Layout
from dockswitch.model.person import Person
from dockswitch.switching.trials import Tried
from dockswitch.system import people

# They lead a client elsewhere, have it speak TLS where none is spoken, or are nobody's business.
_MISLEADING = frozenset(
    ("DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", people.CARRIED)
)


def host(layout: Layout, tried: Tried) -> str:
    """Where it answers, as DOCKER_HOST has it."""
    return f"unix://{layout.real(tried.socket)}"


def environment(layout: Layout, tried: Tried, base: Mapping[str, str]) -> dict[str, str]:
    """That of whoever runs a command in it."""
    kept = {name: value for name, value in base.items() if name not in _MISLEADING}
    path = f"{layout.real(tried.folder)}:{base.get('PATH') or os.defpath}"
    return {**kept, "PATH": path, "DOCKER_HOST": host(layout, tried)}


def entering(layout: Layout, tried: Tried, person: Person | None = None) -> Callable[[], None]:
    """What a child calls before it becomes the command, to be in the trial's network as somebody.

    Raises OSError where the trial is gone.
    """
    from dockswitch.system import inside

    resolver = layout.real(Places.of_trial(layout, tried.name).resolver)
    if layout.scope == "user":
        return inside.entering_own(tried.pid, resolver)
    return inside.entering(tried.pid, resolver, person)


def attend(
    layout: Layout,
    tried: Tried,
    argv: Sequence[str],
    *,
    aside: bool,
    say: Callable[[str], None],
    env: Mapping[str, str] | None = None,
    person: Person | None = None,
) -> int:
    """Runs a person's own command in it with our input and output; its exit code.

    Called in the main thread, for signals are passed on. `env` is theirs, None for ours; the rest
    is as of `commands.attend`.
    """
    from dockswitch.system import commands

    return commands.attend(
        argv,
        env=environment(layout, tried, os.environ if env is None else env),
        aside=aside,
        say=say,
        whole=True,
        prepare=entering(layout, tried, person),
    )


def run(
    layout: Layout,
    tried: Tried,
    argv: Sequence[str],
    *,
    log: str,
    timeout: float | None = None,
    env: Mapping[str, str] | None = None,
    person: Person | None = None,
) -> int:
    """Runs a command in it, without input and with its output in the file `log` (a real path).

    From any thread, which has to live as long as it does. Codes are as of `attend`; 124 where it
    took more than `timeout` seconds. With it end those that it started in its session.
    """
    from dockswitch.system import commands

    return commands.logged(
        argv,
        env=environment(layout, tried, os.environ if env is None else env),
        log=log,
        timeout=timeout,
        prepare=entering(layout, tried, person),
    )
