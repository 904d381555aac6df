"""The contexts of a docker client that has such, made and removed as well as may be.

Never one that somebody else made: what is ours says so in its description.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dockswitch.model.person import Person
from dockswitch.model.ports import Finished, System

_MARK = "made by dockswitch: "
_PATIENCE = 20.0  # seconds


@dataclass(frozen=True, slots=True)
class Contexts:
    """Those of a docker that has contexts, and where it keeps them; `person` is whose they are."""

    system: System
    program: str
    env: Mapping[str, str | None]
    person: Person | None = None

    def lead(self, name: str, what: str, endpoint: str) -> str | None:
        """Makes the context of that name lead to what is there; why it does not, or None."""
        description = self._description(name)
        if description is not None and not description.startswith(_MARK):
            return f"the docker context {name} was not made by dockswitch, and is left as it is"
        verb = "create" if description is None else "update"
        ended = self._change(verb, name, "--description", f"{_MARK}{what}", "--docker", endpoint)
        return None if ended.code == 0 else f"there is no docker context {name}: {_last(ended)}"

    def remove(self, name: str) -> str | None:
        """Removes that context where it is ours; why it is there still, or None."""
        if not (self._description(name) or "").startswith(_MARK):
            return None
        # forced, since a person may have chosen it: it leads nowhere any more
        ended = self._change("rm", "--force", name)
        return None if ended.code == 0 else f"the docker context {name} stays: {_last(ended)}"

    def _description(self, name: str) -> str | None:
        """What a context says of itself; None where there is none of that name."""
        ended = self._look("inspect", name)
        if ended.code != 0:
            return None
        try:
            found = json.loads(ended.out)[0]["Metadata"].get("Description")
        except (ValueError, LookupError, TypeError, AttributeError):
            return ""
        return found if isinstance(found, str) else ""

    def _look(self, *words: str) -> Finished:
        argv = (self.program, "context", *words)
        if self.person is not None:
            return self._change(*words)
        return self.system.run(argv, timeout=_PATIENCE, env=self.env)

    def _change(self, *words: str) -> Finished:
        argv = (self.program, "context", *words)
        return self.system.command(argv, timeout=_PATIENCE, env=self.env, person=self.person)

    def there(self) -> bool:
        """Whether that client has contexts."""
        return self._look("ls", "--quiet").code == 0


def found(
    system: System, *, person: Person | None = None, config: str = "", otherwise: str = ""
) -> Contexts | None:
    """Those of the client on PATH, or else of that other program; None where it has none.

    They are that person's, None for ours, in the folder `config` where theirs is no usual one.
    """
    # nothing that leads a client to an engine is to count, but where it keeps its contexts
    env: dict[str, str | None] = {
        name: None for name in os.environ if name.startswith("DOCKER_") and name != "DOCKER_CONFIG"
    }
    layout = system.layout
    if layout.root:
        env["DOCKER_CONFIG"] = layout.real(os.path.dirname(layout.plugins))
    elif person is not None:
        env |= {"HOME": person.home, "DOCKER_CONFIG": config or None}
    on_path = system.program("docker", os.environ.get("PATH", os.defpath))
    programs: Sequence[str] = (
        *([on_path.path] if on_path else []),
        *([otherwise] * bool(otherwise)),
    )
    clients = (Contexts(system, program, env, person) for program in programs)
    return next((each for each in clients if each.there()), None)


def _last(ended: Finished) -> str:
    lines: Sequence[str] = (ended.err or ended.out).strip().splitlines()
    return lines[-1] if lines else f"docker ended with {ended.code}"
