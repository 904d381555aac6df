"""Which sources of apt offer an engine, and what apt refuses."""

import pytest

from dockswitch.apt.configured import Sources, SourcesRefused
from dockswitch.model.ports import Finished
from dockswitch.model.shipped import text
from dockswitch.model.trust import Trust
from tests.apt.machine import KEYRING, LISTS, SOURCES, Said, machine

DOCKER = "https://download.docker.com/linux/debian"
KEY = text("keys/docker-ce-deb.asc")
PRINT = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"
FILE = f"{SOURCES}/docker.list"
ENGINE = "Package: docker-ce\nVersion: 5:28.5.2-1~debian.12~bookworm\n"


def target(component: str, url: str = DOCKER, trusted: str = "yes") -> str:
    return f"{url}/|bookworm|{component}|amd64|{trusted}|{LISTS}/{component}_Packages.lz4"


def line(options: str = f"[signed-by={KEYRING}] ", components: str = "stable test") -> str:
    return f"deb {options}{DOCKER} bookworm {components}\n"


def test_a_source_whose_index_has_the_engine_is_offered_with_its_key() -> None:
    said = Said(targets=[target("stable")], indexes={"stable_Packages.lz4": ENGINE})
    files = {"sources.list.d/docker.list": line(), "keyrings/docker.asc": KEY}
    (found,) = Sources(machine(said, **files)).offering("stable")
    assert found.index == f"{LISTS}/stable_Packages.lz4"
    assert found.trust is Trust.SIGNED
    assert (found.origin.url, found.origin.suite) == (DOCKER, "bookworm")
    assert (found.origin.file, found.origin.signed_by) == (FILE, KEYRING)
    assert found.origin.fingerprint == PRINT
    assert not found.origin.own
    # every other index apt would have read for that too
    assert f"Dir::Etc::sourcelist={FILE} -o Dir::Etc::sourceparts=-" in said.asked[-1]


def test_one_without_the_engine_is_not_and_one_never_read_is() -> None:
    said = Said(targets=[target("stable")], indexes={"stable_Packages.lz4": "Package: other\n"})
    sources = Sources(machine(said, **{"sources.list.d/docker.list": line()}))
    assert sources.offering("stable") == []
    (unread,) = sources.offering("test")
    assert (unread.index, unread.origin.component) == ("", "test")
    assert sources.offering("edge") == []


@pytest.mark.parametrize(
    ("options", "trusted", "trust"),
    [("", "yes", Trust.SIGNED), ("[trusted=yes] ", "yes", Trust.TLS), ("", "no", Trust.TLS)],
)
def test_trusted_is_not_signed(options: str, trusted: str, trust: Trust) -> None:
    said = Said(
        targets=[target("stable", trusted=trusted)], indexes={"stable_Packages.lz4": ENGINE}
    )
    files = {"sources.list.d/docker.list": line(options)}
    (found,) = Sources(machine(said, **files)).offering("stable")
    assert found.trust is trust


def test_the_suite_that_is_there_already_says_with_which_key() -> None:
    sources = Sources(machine(Said(), **{"sources.list.d/docker.list": line()}))
    beside = sources.beside(f"{DOCKER}/", "bookworm")
    assert beside is not None
    assert (beside.file, beside.signed_by) == (FILE, KEYRING)
    assert sources.beside(DOCKER, "trixie") is None


def test_the_own_source_is_none_of_them() -> None:
    sources = Sources(machine(Said(), **{"sources.list.d/dockswitch.list": line()}))
    assert sources.offering("stable") == []
    assert sources.beside(DOCKER, "bookworm") is None


@pytest.mark.parametrize("says", ["E: Invalid operation update\n", "apt-get: not found"])
def test_an_apt_that_cannot_tell_has_nothing(says: str) -> None:
    world = machine(Said(), **{"sources.list.d/docker.list": line()})
    world.answers["apt-get"] = lambda _: Finished(127, "", says)
    assert Sources(world).offering("stable") == []


REFUSALS = {
    "E: Malformed entry 1 in sources file /etc/apt/sources.list.d/x.sources (Component)\n"
    "E: The list of sources could not be read.\n": "mend /etc/apt/sources.list.d/x.sources",
    "E: Type 'debb' is not known on line 1 in source list /etc/apt/sources.list\n": (
        "mend /etc/apt/sources.list,"
    ),
    f"E: Conflicting values set for option Signed-By regarding source {DOCKER}/ bookworm: "
    f"{KEYRING} != \n": f"in {SOURCES}/a.list and {FILE} name the same key",
}


@pytest.mark.parametrize(("says", "hint"), REFUSALS.items())
def test_what_apt_refuses_names_the_files_at_fault(says: str, hint: str) -> None:
    files = {"sources.list.d/docker.list": line(), "sources.list.d/a.list": line("")}
    with pytest.raises(SourcesRefused) as refused:
        Sources(machine(Said(refuses=says), **files)).offering("stable")
    assert hint in refused.value.hint
    assert refused.value.details in says
