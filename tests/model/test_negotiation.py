"""On which terms a docker client and an engine speak."""

import pytest

from dockswitch.model import clients, negotiation, record
from dockswitch.model.clients import Client
from dockswitch.model.negotiation import Engine, Terms, terms
from dockswitch.model.version import Version

DAEMON = "Error response from daemon: "
OLDER = "please upgrade your client to a newer version"


BELOW = "API version {} is not supported by this client: the minimum supported API version is {}"


def between(asked: str, newest: str) -> str:
    return f" (client API version: {asked}, server API version: {newest})"


def newer(asked: str, newest: str) -> str:
    return f"client is newer than server{between(asked, newest)}"


def too_old(asked: str, oldest: str) -> str:
    return f"client version {asked} is too old. Minimum supported API version is {oldest}, {OLDER}"


def too_new(asked: str, newest: str) -> str:
    return f"client version {asked} is too new. Maximum supported API version is {newest}"


def client(word: str) -> Client:
    """A version, or an API alone."""
    if word.count(".") == 1:
        return Client(None, word)
    found = clients.recorded(Version.parse(word))
    assert found is not None
    return found


def engine(word: str) -> Engine:
    found = negotiation.recorded(Version.parse(word))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("asks", "answers", "how", "api"),
    [
        ("28.5.2", "28.5.2", "directly", "1.51"),
        ("17.06.0-ce-rc2", "28.5.2", "directly", "1.30"),
        ("28.5.2", "17.06.0-ce-rc2", "negotiated", "1.30"),
        ("1.13.0-rc1", "1.12.6", "negotiated", "1.24"),
        ("1.12.6", "28.5.2", "directly", "1.24"),
        ("29.0.0", "25.0.0", "negotiated", "1.44"),
        ("29.3.0", "19.03.0", "negotiated", "1.40"),
        ("0.12.0", "1.7.0", "directly", "1.12"),
        ("1.24", "25.0.0", "directly", "1.24"),
        ("1.99", "17.10.0-ce", "unchecked", "1.99"),
    ],
)
def test_they_speak(asks: str, answers: str, how: str, api: str) -> None:
    found = terms(client(asks), engine(answers))
    assert (found.how, found.api, found.message, found.work) == (how, api, "", True)


@pytest.mark.parametrize(
    ("asks", "answers", "api", "message"),
    [
        (
            "17.06.0-ce-rc2",
            "29.0.0",
            "1.30",
            DAEMON + too_old("1.30", "1.44"),
        ),
        (
            "1.11",
            "1.12.0",
            "1.11",
            DAEMON + too_old("1.11", "1.12"),
        ),
        (  # which names its newest for its oldest
            "1.11",
            "1.9.0",
            "1.11",
            DAEMON + too_old("1.11", "1.21"),
        ),
        (
            "1.11",
            "1.8.0",
            "1.11",
            f"{DAEMON}client is too old, minimum supported API version is 1.12, {OLDER}",
        ),
        (
            "1.52",
            "28.5.2",
            "1.52",
            DAEMON + too_new("1.52", "1.51"),
        ),
        (
            "28.5.2",
            "1.11.2",
            "1.24",
            DAEMON + newer("1.24", "1.23"),
        ),
        (
            "1.12.6",
            "1.7.0",
            "1.24",
            DAEMON + "client and server don't have same version" + between("1.24", "1.19"),
        ),
        (
            "1.12.6",
            "1.6.2",
            "1.24",
            f"{DAEMON}client and server don't have same version (client : 1.24, server: 1.18)",
        ),
        (
            "29.0.0",
            "20.10.24",
            "1.52",
            DAEMON + too_new("1.52", "1.41"),
        ),
        (
            "29.0.0",
            "1.12.6",
            "1.44",
            DAEMON + newer("1.44", "1.24"),
        ),
        (
            "29.7.2",
            "17.06.0-ce",
            "1.55",
            BELOW.format("1.30", "1.40"),
        ),
    ],
)
def test_they_do_not_and_the_user_sees_why(asks: str, answers: str, api: str, message: str) -> None:
    assert terms(client(asks), engine(answers)) == Terms("refused", api, message)


@pytest.mark.parametrize(
    ("asks", "pin", "how", "api"),
    [
        ("28.5.2", "1.24", "directly", "1.24"),
        ("28.5.2", "1.45", "refused", "1.45"),
        ("29.0.0", "1.45", "refused", "1.45"),
        ("29.1.0", "1.45", "negotiated", "1.44"),  # it negotiates below what it was given
    ],
)
def test_docker_api_version_decides_what_a_client_asks_for(
    asks: str, pin: str, how: str, api: str
) -> None:
    found = terms(client(asks).pinned(pin), engine("25.0.0"))
    assert (found.how, found.api) == (how, api)


@pytest.mark.parametrize(
    ("asks", "answers", "begins"),
    [
        ("28.0.4", "26.1.5", '{"message":"client'),
        ("1.11.2", "28.0.4", '{"message":"client'),
        ("28.1.0", "26.1.5", "client"),  # which reads it
        ("28.0.4", "25.0.5", "client"),  # which says it in plain text
        ("28.0.4", "28.1.0", "client"),  # likewise, again
    ],
)
def test_some_clients_show_the_json_of_some_engines(asks: str, answers: str, begins: str) -> None:
    message = terms(client(asks).pinned("1.23"), engine(answers)).message
    assert message.startswith(DAEMON + begins)
    assert too_old("1.23", "1.24") in message


def test_every_recorded_client_and_engine_come_to_terms() -> None:
    versions = [each.version for each in record.releases() if each.api]
    assert len(versions) > 400
    for asks in versions[::7]:
        for answers in versions[::7]:
            found = terms(client(str(asks)), engine(str(answers)))
            assert (found.how == "refused") is (found.message != "")


def test_what_the_record_does_not_know_comes_to_none() -> None:
    assert clients.recorded(Version.parse("0.8.1")) is None
    assert negotiation.recorded(Version.parse("99.0.0")) is None
