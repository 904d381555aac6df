"""Whether the docker clients of this machine could still talk with an engine."""

from collections.abc import Mapping

from dockswitch.engine import clients
from dockswitch.engine.clients import Spoken
from dockswitch.model import negotiation
from dockswitch.model.api_range import number
from dockswitch.model.finding import Finding
from dockswitch.model.negotiation import Engine
from dockswitch.model.ports import Reader
from dockswitch.model.version import Version


def findings(reader: Reader, version: Version, keys: Mapping[str, object]) -> tuple[Finding, ...]:
    """One for each client on PATH, but those of dockswitch: they come and go with the engine."""
    known = negotiation.recorded(version)
    if known is None:
        return ()
    least = keys.get("min-api-version")
    oldest = least if isinstance(least, str) and least else known.oldest
    engine = Engine(version, oldest, known.newest)
    asked = (clients.asked(reader, each) for each in clients.others(reader))
    return tuple(found for each in asked if each for found in _compared(each, engine))


def _compared(spoken: Spoken, engine: Engine) -> tuple[Finding, ...]:
    client = spoken.client
    terms = negotiation.terms(client, engine)
    if terms.work:
        return ()
    if engine.oldest and number(terms.api) < number(engine.oldest):
        what = (
            f"speaks API {client.api} at most, and {engine.version} wants {engine.oldest} at least"
        )
    else:
        least = client.floor or terms.api
        what = f"speaks API {least} at least, and {engine.version} has {engine.newest} at most"
    return (
        Finding(
            f"{spoken.path} is docker {spoken.version}, which {what}",
            f"use the docker of {engine.version} itself, which dockswitch links, "
            "or update that one",
        ),
    )
