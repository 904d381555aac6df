"""How a docker client and an engine agree on an API to speak, or do not."""

from dataclasses import dataclass
from typing import Literal

from dockswitch.model import record, refusals
from dockswitch.model.api_range import number
from dockswitch.model.clients import Client
from dockswitch.model.version import Version

# `unchecked`: the client asks for more than the engine has, which does not look at that
How = Literal["directly", "negotiated", "unchecked", "refused"]

_TELLS_ITS_API = (1, 25)  # from then on an engine's answer to a ping names its newest
_IN_PLAIN_TEXT = (1, 23)  # up to it errors were no JSON
_BELOW_FLOOR = (
    "API version {newest} is not supported by this client: "
    "the minimum supported API version is {floor}"
)


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine and the APIs that it answers; the first ones had no `oldest`: it is empty then."""

    version: Version
    oldest: str
    newest: str


@dataclass(frozen=True, slots=True)
class Terms:
    """`api` is what the client asks for; `message` is what its user sees of a refusal, else empty.

    Where there is none, and the client asks for more than the engine has, it depends on the
    command: what came later fails.
    """

    how: How
    api: str
    message: str = ""

    @property
    def work(self) -> bool:
        return self.how != "refused"


def recorded(version: Version) -> Engine | None:
    """The engine as the record has it; None where it does not know which API it answers."""
    known = record.find(version)
    return Engine(known.version, known.min_api, known.api) if known and known.api else None


def terms(client: Client, engine: Engine) -> Terms:
    """On which terms they speak."""
    asked = _asked(client, engine)
    words = refusals.of(engine.version)
    if engine.oldest and number(asked) < number(engine.oldest):
        return Terms("refused", asked, _told(words.too_old, asked, client, engine))
    if number(asked) <= number(engine.newest):
        return Terms("directly" if asked == client.api else "negotiated", asked)
    if words.too_new:
        return Terms("refused", asked, _told(words.too_new, asked, client, engine))
    if client.floor:
        told = _BELOW_FLOOR.format(newest=engine.newest, floor=client.floor)
        return Terms("refused", asked, told)
    return Terms("unchecked", asked)


def _asked(client: Client, engine: Engine) -> str:
    """The API that the client asks for, once it has heard the engine's answer to a ping."""
    if not client.negotiates:
        return client.api
    if number(engine.newest) < _TELLS_ITS_API:
        offered = client.assumes or client.api
    else:
        offered = engine.newest
        if client.floor and number(offered) < number(client.floor):
            return client.api  # it fails to agree, and goes on with its own
    return min(offered, client.api, key=number)


def _told(words: str, asked: str, client: Client, engine: Engine) -> str:
    deaf = number(asked) <= _IN_PLAIN_TEXT and not client.reads_json
    return refusals.told(
        words,
        asked=asked,
        oldest=engine.oldest,
        newest=engine.newest,
        raw=deaf and refusals.of(engine.version).in_json,
    )
