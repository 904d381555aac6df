"""How clients and engines are told that speak with each other, or do not."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from dockswitch.model.clients import Client
from dockswitch.model.compat import Compat, Pair
from dockswitch.model.negotiation import Engine, Terms
from dockswitch.report.columns import columns

Object = dict[str, object]


def lines(compat: Compat) -> Iterator[str]:
    """For people: what was asked, then tables of what else there is."""
    if compat.pinned:
        yield f"DOCKER_API_VERSION is set: clients here ask for API {compat.pinned}"
    if compat.pair is not None:
        yield from _pair_lines(compat.pair)
    elif compat.client is not None:
        yield f"{_client(compat.client)}"
    elif compat.engine is not None:
        yield f"{_engine(compat.engine)}"
    # in a pair's own answer, what is left are those beside it
    engines = [each for each in compat.accepted_by if not (compat.pair and each.runs)]
    clients = [each for each in compat.accepts if each != compat.pair]
    if engines:
        yield from ("", "engines")
        yield from _table(engines, _of_engine, lambda each: each.engine.newest)
    if clients:
        yield from ("", "clients")
        yield from _table(clients, _of_client, lambda each: each.client.api)


def plain(compat: Compat) -> Object:
    terms = compat.pair.terms if compat.pair else None
    return {
        "client": _client_plain(compat.client) if compat.client else None,
        "engine": _engine_plain(compat.engine) if compat.engine else None,
        "works": terms.work if terms else None,
        **_terms_plain(terms),
        "accepted_by": [
            {
                **_engine_plain(each.engine),
                **_terms_plain(each.terms),
                "runs": each.runs,
                "kept": each.kept,
            }
            for each in compat.accepted_by
        ],
        "accepts": [
            {**_client_plain(each.client), **_terms_plain(each.terms), "path": each.path or None}
            for each in compat.accepts
        ],
        "pinned": compat.pinned or None,
    }


def _pair_lines(pair: Pair) -> Iterator[str]:
    yield f"{_client(pair.client)}{f', {pair.path}' if pair.path else ''}"
    yield _engine(pair.engine)
    yield _how(pair.terms)
    if pair.terms.message:
        yield f"  {pair.terms.message}"


def _client(client: Client) -> str:
    if client.version is None:
        return f"a client that asks for API {client.api}"
    return f"docker {client.version}, API {client.api}"


def _engine(engine: Engine) -> str:
    between = f"{engine.oldest} to {engine.newest}" if engine.oldest else f"up to {engine.newest}"
    return f"engine {engine.version}, API {between}"


def _how(terms: Terms) -> str:
    match terms.how:
        case "directly":
            return f"they speak API {terms.api} directly"
        case "negotiated":
            return f"they agree on API {terms.api}"
        case "unchecked":
            return f"the client asks for API {terms.api}, which that engine does not check"
        case "refused":
            return f"refused: the client asks for API {terms.api}"


def _of_engine(pair: Pair) -> str:
    return str(pair.engine.version)


def _of_client(pair: Pair) -> str:
    return str(pair.client.version or pair.client.api)


def _table(
    pairs: Sequence[Pair], name: Callable[[Pair], str], api: Callable[[Pair], str]
) -> Iterator[str]:
    """A row for each on this machine, and one for those of the record that answer alike.

    Below it is what the user of the newest of them sees of a refusal.
    """
    rows: list[list[object]] = []
    below: list[str] = []
    for _, alike in groupby(enumerate(pairs), lambda each: _kind(*each)):
        found = [pair for _, pair in alike]
        last = found[-1]
        spoken = "" if last.terms.message else f"API {_span(found, lambda each: each.terms.api)}"
        names, apis = f"  {_span(found, name)}", f"API {_span(found, api)}"
        rows.append([names, apis, last.terms.how, spoken, _where(last)])
        below.append(last.terms.message)
    for row, message in zip(columns(rows), below, strict=True):
        yield row
        if message:
            yield f"    {message}"


def _kind(place: int, pair: Pair) -> tuple[object, ...]:
    """What those of one row have in common."""
    words = re.sub(r"[0-9.]+", "", pair.terms.message)
    return (pair.terms.how, words, place if pair.here else None)


def _span(found: Sequence[Pair], said: Callable[[Pair], str]) -> str:
    first, last = said(found[0]), said(found[-1])
    return first if first == last else f"{first} to {last}"


def _where(pair: Pair) -> str:
    if pair.runs:
        return "(runs here)"
    return "(kept here)" if pair.kept else f"({pair.path})" if pair.path else ""


def _client_plain(client: Client) -> Object:
    return {
        "version": str(client.version) if client.version else None,
        "api": client.api,
        "min_api": client.floor or None,
        "negotiates": client.negotiates,
    }


def _engine_plain(engine: Engine) -> Object:
    return {
        "version": str(engine.version),
        "api": engine.newest,
        "min_api": engine.oldest or None,
    }


def _terms_plain(terms: Terms | None) -> Object:
    if terms is None:
        return {"how": None, "speaks": None, "message": None}
    return {"how": terms.how, "speaks": terms.api, "message": terms.message or None}
