"""dockswitch's own source: written, and taken away again."""

import pytest

from dockswitch.apt import own_source
from dockswitch.apt.own_source import WrongSourceKey
from dockswitch.model.origin import Origin
from dockswitch.model.shipped import text
from dockswitch.model.step import File
from dockswitch.system import signature
from tests.apt.machine import Said, machine
from tests.world import World

DOCKER = "https://download.docker.com/linux/debian"
PRINT = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"
ORIGIN = Origin(DOCKER, "bookworm", "test", "amd64", PRINT)
KEY = text("keys/docker-ce-deb.asc")


def done(world: World, steps: tuple[File, ...]) -> None:
    for step in steps:
        content = None if step.content is None else step.content.encode(step.encoding)
        world.write(step.path, content, step.mode)


def test_a_stanza_names_the_key_beside_it_and_both_go_away_again() -> None:
    world = machine(Said())
    key, source = own_source.steps(world, ORIGIN)
    assert (key.path, key.content) == (own_source.ARMOURED, KEY)
    assert source.path == own_source.STANZA
    assert source.content == (
        f"Types: deb\nURIs: {DOCKER}\nSuites: bookworm\nComponents: test\nArchitectures: amd64\n"
        f"Signed-By: {own_source.ARMOURED}\n"
    )
    done(world, (key, source))
    assert own_source.steps(world, ORIGIN) == (key, source)
    done(world, own_source.without(world))
    assert own_source.without(world) == ()
    assert world.kind(own_source.STANZA) is world.kind(own_source.ARMOURED) is None


@pytest.mark.parametrize(
    ("version", "source", "key"),
    [
        ("apt 1.2.32 (amd64)", own_source.STANZA, own_source.KEYRING),
        ("apt 1.0.9.8.4 for amd64", own_source.LINE, own_source.TRUSTED),
    ],
)
def test_an_older_apt_gets_what_it_understands(version: str, source: str, key: str) -> None:
    world = machine(Said(version=version))
    written, told = own_source.steps(world, ORIGIN)
    assert (written.path, told.path) == (key, source)
    binary = (written.content or "").encode(written.encoding)
    assert binary == signature.dearmoured(KEY.encode())
    assert signature.fingerprint_of(binary) == PRINT
    if source == own_source.LINE:
        assert told.content == f"deb [arch=amd64] {DOCKER} bookworm test\n"
    else:
        assert f"Signed-By: {key}\n" in (told.content or "")


def test_what_an_older_apt_had_is_taken_away() -> None:
    world = machine(Said(version="apt 1.0.9 for amd64"))
    done(world, own_source.steps(world, ORIGIN))
    world.answers["apt-get"] = Said().apt_get
    gone = [step.path for step in own_source.steps(world, ORIGIN) if step.content is None]
    assert gone == [own_source.LINE, own_source.TRUSTED]


@pytest.mark.parametrize(
    ("signed_by", "field"),
    [
        ("/usr/share/keyrings/d.gpg", "Signed-By: /usr/share/keyrings/d.gpg\n"),
        ("", "Architectures: amd64\n"),
        ("-----BEGIN\n\nabc\n", "Signed-By:\n -----BEGIN\n .\n abc\n"),
    ],
)
def test_beside_another_source_it_names_that_ones_key(signed_by: str, field: str) -> None:
    origin = Origin(
        DOCKER, "bookworm", "test", "amd64", PRINT, signed_by=signed_by, beside="/etc/apt/x.list"
    )
    (source,) = own_source.steps(machine(Said()), origin)
    assert (source.content or "").endswith(field)
    assert origin.own


def test_a_key_that_is_another_one_is_not_written() -> None:
    other = Origin(DOCKER, "bookworm", "test", "amd64", "0" * 40)
    with pytest.raises(WrongSourceKey) as refused:
        own_source.steps(machine(Said()), other)
    assert PRINT in refused.value.details


def test_a_secret_is_written_nowhere_and_told() -> None:
    url = "https://me:secret@m.example/apt"
    origin = Origin(url, "bookworm", "test", "amd64", PRINT)
    written = own_source.steps(machine(Said()), origin)
    assert not any("secret" in (step.content or "") for step in written)
    note = own_source.note(url)
    assert note is not None
    assert "auth.conf.d" in note
    assert "secret" not in note
    assert own_source.note(DOCKER) is None
