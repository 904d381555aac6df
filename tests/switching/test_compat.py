"""Which client and engine of a machine speak with each other, and what else is there."""

import pytest

from dockswitch.model.compat import Compat
from dockswitch.model.ports import Finished
from dockswitch.report import compat as telling
from dockswitch.switching import compat
from tests.world import World
from tests.world.commands import get, stop, switch

OLD, NEW = "20.10.24+dfsg1", "28.5.2+dfsg4"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("PATH", "/m/usr/local/bin:/usr/bin")
    monkeypatch.delenv("DOCKER_API_VERSION", raising=False)
    return World(stable=[OLD], test=[NEW])


def installs(world: World, path: str, says: str) -> None:
    world.programs[path] = path
    world.answers[path] = lambda _: Finished(1, f"{says}\n", "Cannot connect to the daemon")


def said(world: World) -> list[str]:
    return told(compat.of_this_machine(world))


def told(found: Compat) -> list[str]:
    """The lines, however wide their columns are."""
    return [" ".join(line.split()) for line in telling.lines(found)]


def test_the_first_client_on_path_meets_the_engine_that_runs(world: World) -> None:
    switch(world, OLD)
    installs(world, "/m/usr/local/bin/docker", "1.41 20.10.24+dfsg1")
    assert said(world) == [
        "docker 20.10.24+dfsg1, API 1.41, /m/usr/local/bin/docker",
        "engine 20.10.24+dfsg1, API 1.12 to 1.41",
        "they speak API 1.41 directly",
    ]


def test_what_else_is_there_is_told_beside_them(world: World) -> None:
    switch(world, OLD)
    get(world, NEW)
    installs(world, "/m/usr/local/bin/docker", "1.41 20.10.24+dfsg1")
    installs(world, "/usr/bin/docker", "1.55 29.7.2")
    assert said(world)[3:] == [
        "",
        "engines",
        "28.5.2+dfsg4 API 1.51 directly API 1.41 (kept here)",
        "",
        "clients",
        "29.7.2 API 1.55 negotiated API 1.41 (/usr/bin/docker)",
    ]


def test_docker_api_version_counts_for_clients_of_this_machine(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(world, OLD)
    installs(world, "/usr/bin/docker", "1.51 28.5.2")
    monkeypatch.setenv("DOCKER_API_VERSION", "v1.51")
    found = compat.of_this_machine(world)
    assert found.pair is not None
    assert (found.pinned, found.pair.terms.how) == ("1.51", "refused")
    lines = list(telling.lines(found))
    assert lines[0] == "DOCKER_API_VERSION is set: clients here ask for API 1.51"
    assert lines[-1].endswith(
        "client version 1.51 is too new. Maximum supported API version is 1.41"
    )


def test_a_client_without_an_engine_is_told_with_the_versions_kept(world: World) -> None:
    get(world, OLD)
    installs(world, "/usr/bin/docker", "1.51 28.5.2")
    found = compat.of_this_machine(world)
    assert (found.engine, found.pair, found.accepts) == (None, None, ())
    assert [str(each.engine.version) for each in found.accepted_by] == [OLD]


def test_an_engine_without_a_client_is_told_alone(world: World) -> None:
    switch(world, OLD)
    found = compat.of_this_machine(world)
    assert (found.client, found.pair, found.accepted_by) == (None, None, ())
    assert said(world) == ["engine 20.10.24+dfsg1, API 1.12 to 1.41"]


def test_podman_is_no_client_and_without_either_nothing_is_to_tell(world: World) -> None:
    switch(world, OLD)
    stop(world)
    installs(world, "/usr/bin/docker", "4.9.3 podman")
    with pytest.raises(compat.NothingHere):
        compat.of_this_machine(world)


def test_the_engine_that_runs_stands_before_those_of_the_record(world: World) -> None:
    switch(world, OLD)
    found = compat.of_client(world, compat.client("17.06"), pre=False)
    first = found.accepted_by[0]
    assert (first.runs, str(first.engine.version), first.terms.how) == (True, OLD, "directly")
    versions = [each.engine.version for each in found.accepted_by[1:]]
    assert versions == sorted(versions)
    assert not any(version.pre for version in versions)
    more = compat.of_client(world, compat.client("17.06"), pre=True)
    assert len(more.accepted_by) > len(found.accepted_by)


def test_clients_of_this_machine_stand_before_those_of_the_record(world: World) -> None:
    installs(world, "/usr/bin/docker", "1.41 20.10.24")
    found = compat.of_engine(world, compat.engine("29.0.0"), pre=False)
    lines = told(found)
    assert lines[:4] == [
        "engine 29.0.0, API 1.44 to 1.52",
        "",
        "clients",
        "20.10.24 API 1.41 refused (/usr/bin/docker)",
    ]
    assert lines[4].startswith("Error response from daemon: client version 1.41 is too old.")


@pytest.mark.parametrize(
    ("word", "version", "api"),
    [
        ("1.24", "None", "1.24"),
        ("17.06", "17.06.2-ce", "1.30"),
        ("17.06.0-ce-rc2", "17.06.0-ce-rc2", "1.30"),
        ("1.12.6", "1.12.6", "1.24"),
        ("20.10.24+dfsg1", "20.10.24", "1.41"),
        (">=26,<28", "27.5.1", "1.47"),
    ],
)
def test_a_word_names_a_client(word: str, version: str, api: str) -> None:
    found = compat.client(word)
    assert (str(found.version), found.api) == (version, api)
