"""Which engines accept a docker client, and which clients an engine: by the record, and here."""

import os
import re
from dataclasses import replace

from dockswitch.backends import bundles
from dockswitch.engine import clients as clients_here
from dockswitch.model import clients, negotiation, record
from dockswitch.model.clients import Client
from dockswitch.model.compat import Compat, Pair
from dockswitch.model.errors import DockswitchError, NotPublished, UsageError
from dockswitch.model.negotiation import Engine
from dockswitch.model.ports import Reader
from dockswitch.model.version import Version
from dockswitch.model.wish import Exact, parse_version
from dockswitch.switching import api_ranges

_API = re.compile(r"1\.[0-9]+")


def of_both(client: Client, engine: Engine) -> Compat:
    return Compat(client, engine, Pair(client, engine, negotiation.terms(client, engine)))


def of_client(reader: Reader, client: Client, *, pre: bool) -> Compat:
    """The engine that runs here, and every published one of which the API is known."""
    known = (negotiation.recorded(each) for each in _published(pre=pre))
    listed = tuple(_pair(client, engine) for engine in known if engine)
    running = _running(reader)
    here = (_pair(client, running, runs=True),) if running else ()
    return Compat(client, None, None, accepted_by=(*here, *listed))


def of_engine(reader: Reader, engine: Engine, *, pre: bool) -> Compat:
    """The clients on PATH here, and every published one of which the API is known."""
    known = (clients.recorded(each) for each in _published(pre=pre))
    listed = tuple(_pair(client, engine) for client in known if client)
    pinned = _pinned()
    here = tuple(_pair(client, engine, path=path) for path, client in _here(reader, pinned))
    return Compat(None, engine, None, accepts=(*here, *listed), pinned=pinned if here else "")


def of_this_machine(reader: Reader) -> Compat:
    """The first client on PATH with the engine that runs, and what else is there of both.

    Raises NothingHere.
    """
    pinned, running = _pinned(), _running(reader)
    here = _here(reader, pinned)
    if not here and running is None:
        raise NothingHere
    accepts = tuple(_pair(client, running, path=path) for path, client in here if running)
    client = here[0][1] if here else None
    engines = [running] if running else []
    shown = _pinned() if here else ""
    kept = _kept(reader, but=running)
    accepted_by = tuple(
        _pair(client, each, runs=each is running, kept=each is not running)
        for each in (*engines, *kept)
        if client
    )
    return Compat(client, running, next(iter(accepts), None), accepted_by, accepts, shown)


def client(word: str) -> Client:
    """The client that a word names: one of a version, or any that asks for an API (`1.24`).

    Raises UsageError and NotRecorded.
    """
    if _API.fullmatch(word):
        return Client(None, word)
    found = clients.recorded(_version(word))
    if found is None:
        raise ApiUnknown(word)
    return found


def engine(word: str) -> Engine:
    """The engine of the version that a word names; raises UsageError and NotRecorded."""
    if _API.fullmatch(word):
        raise EngineByApi(word, [each for each in record.releases() if each.api == word])
    found = negotiation.recorded(_version(word))
    if found is None:
        raise ApiUnknown(word)
    return found


def _version(word: str) -> Version:
    wish = parse_version(word)
    if wish is None:
        raise NoVersion(word)
    if isinstance(wish, Exact):
        known = record.find(wish.version)
        found = [known.version] if known else []
    else:
        found = [each for each in _published(pre=True) if wish.matches(each)]
    if not found:
        raise NotRecorded(word)
    return max(found)


def _published(*, pre: bool) -> list[Version]:
    """In order, with pre-releases or without."""
    found = (each.version for each in record.releases() if each.published)
    return sorted(each for each in found if pre or not each.pre)


def _pair(
    client: Client, engine: Engine, *, path: str = "", runs: bool = False, kept: bool = False
) -> Pair:
    return Pair(client, engine, negotiation.terms(client, engine), path, runs, kept)


def _here(reader: Reader, pinned: str) -> tuple[tuple[str, Client], ...]:
    """Each client on PATH, and where it is."""
    asked = (clients_here.asked(reader, each) for each in clients_here.on_path(reader))
    return tuple(
        (each.path, each.client.pinned(pinned) if pinned else each.client) for each in asked if each
    )


def _pinned() -> str:
    return os.environ.get("DOCKER_API_VERSION", "").strip().removeprefix("v")


def _running(reader: Reader) -> Engine | None:
    found = api_ranges.answering(reader)
    if found is None or not found.api:
        return None
    known = record.find(found.version)
    return Engine(found.version, found.min_api or (known.min_api if known else ""), found.api)


def _kept(reader: Reader, *, but: Engine | None) -> list[Engine]:
    """The engines of the versions that are kept here, without the one that runs."""
    versions = sorted({each.version for each in bundles.kept(reader)})
    other = (each for each in versions if but is None or not but.version.serves(each))
    known = ((each, negotiation.recorded(each)) for each in other)
    return [replace(engine, version=version) for version, engine in known if engine]


class NoVersion(UsageError):
    def __init__(self, word: str) -> None:
        super().__init__(
            f"{word!r} is not a version",
            hint="a version is exact (17.06.0-ce-rc2), partial (28, 17.06), a range ('>=26,<28'), "
            "latest or latest-pre; a client may be an API alone (1.24)",
        )


class NotRecorded(NotPublished):
    def __init__(self, word: str) -> None:
        super().__init__(
            f"the record knows no release {word}",
            hint="`dockswitch list-remote` shows what is published; once such an engine runs here, "
            "it is asked itself",
        )


class ApiUnknown(DockswitchError):
    def __init__(self, word: str) -> None:
        super().__init__(
            f"the record does not know which API {word} speaks",
            hint="name a release next to it, or for a client the API itself (1.24)",
        )


class EngineByApi(UsageError):
    """An engine answers a range of APIs, which its version decides."""

    def __init__(self, word: str, known: list[record.Recorded]) -> None:
        versions = [str(each.version) for each in known if not each.pre and each.published]
        newest = f"such as {versions[-1]}, which answers {word} at most" if versions else ""
        super().__init__(
            f"{word} is an API, and an engine is named by its version",
            hint=newest or "such as --engine 29",
        )


class NothingHere(DockswitchError):
    def __init__(self) -> None:
        super().__init__(
            "no docker client is on PATH here, and no engine runs",
            hint="name one: --client 17.06 or --engine 29; --client 1.24 is an API",
        )
