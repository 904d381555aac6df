"""The `docker context` that leads to an engine on trial, for the person who tries it."""

from dockswitch.model.ports import System
from dockswitch.switching import docker_context
from dockswitch.switching.docker_context import Contexts
from dockswitch.switching.trial_record import Record


def name_of(name: str) -> str:
    return f"dockswitch-{name}"


def made(system: System, record: Record) -> str | None:
    """Makes the one that the record names; why there is none, or None."""
    contexts = _contexts(system, record)
    if contexts is None:
        return "no docker client here has contexts"
    host = f"host=unix://{system.layout.real(record.socket)}"
    return contexts.lead(record.context, f"{record.version} on trial as {record.name}", host)


def gone(system: System, record: Record | None) -> str | None:
    """Removes it; why it is there still, or None."""
    if record is None or not record.context:
        return None
    contexts = _contexts(system, record)
    return contexts.remove(record.context) if contexts is not None else None


def _contexts(system: System, record: Record) -> Contexts | None:
    from dockswitch.system import people

    person = people.of(record.uid) if record.uid else None
    own = system.layout.real(f"{record.folder}/docker")
    return docker_context.found(system, person=person, config=record.config, otherwise=own)
