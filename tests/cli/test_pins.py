"""Pin files: the nearest upwards, a version only, and never by itself for a whole machine."""

from pathlib import Path

import pytest

from tests.cli.program import Program


def pinned(folder: Path, **files: str) -> Path:
    """The folder with `.docker-version` and `.tool-versions` in it, as given."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f".{name.replace('_', '-')}").write_text(text)
    return folder


FILES = {
    "98.0.1": {"docker_version": "98.0.1\n"},
    "98.0.2": {"docker_version": "# since June\n\n  98.0.2  # tested\n"},
    "98.1.0": {"tool_versions": "python 3.12\ndocker 98.1.0 # and others\nnodejs 22\n"},
    "98": {"docker_version": "98\n", "tool_versions": "docker 17.06\n"},
    None: {"tool_versions": "python 3.12\ndocker-compose 2\n", "docker_version": "# none yet\n"},
}


@pytest.mark.parametrize(("spec", "files"), FILES.items())
def test_what_a_pin_file_says(spec: str | None, files: dict[str, str], bare: Program) -> None:
    folder = pinned(bare.home / "project", **files)
    found = bare.at(folder)("pin", "--json").json
    assert found["pinned"] == spec
    assert (found["path"] is None) is (spec is None)


def test_the_nearest_upwards_counts(bare: Program) -> None:
    above = pinned(bare.home, tool_versions="docker 98.0.1\n")
    project = pinned(above / "project", docker_version="98.0.2\n")
    below = pinned(project / "src" / "deep")
    beside = pinned(above / "other")
    assert bare.at(below)("pin").out == f"98.0.2 ({project}/.docker-version)\n"
    assert bare.at(beside)("pin").out == f"98.0.1 ({above}/.tool-versions)\n"
    assert bare.at(below)("status", "--json").json["pinned"] == "98.0.2"


def test_pin_writes_the_file_of_this_folder(bare: Program) -> None:
    folder = pinned(bare.home / "project", tool_versions="python 3.12\n")
    said = bare.at(folder)("pin", "98.0.1", "--json").json
    assert (said["pinned"], said["path"]) == ("98.0.1", f"{folder}/.docker-version")
    assert (folder / ".docker-version").read_text() == "98.0.1\n"
    assert (folder / ".tool-versions").read_text() == "python 3.12\n"


NO_PINS = ["stable", "test 98.1.0", "test@98.1.0", "previous", "system", "nonsense"]


@pytest.mark.parametrize("line", NO_PINS)
def test_a_pin_is_a_version_and_never_a_source(line: str, program: Program) -> None:
    assert program("pin", *line.split()).code == 2
    assert not (program.home / ".docker-version").exists()
    pinned(program.home, docker_version=f"{line.split()[0]}\n")
    said = program("use", "--from-file", "--no-start")
    assert said.code == 2
    assert list(program.root.iterdir()) == []


def test_in_system_scope_a_pin_wants_a_yes(program: Program) -> None:
    pinned(program.home, docker_version="98.0.1\n")
    refused = program("use", "--no-start", "--json")
    assert refused.code == 2
    assert "--from-file" in refused.error["hint"]
    assert program("current").code == 1
    assert program("use", "--no-start", "--from-file", "--json").json["to"] == "98.0.1"


@pytest.mark.parametrize("how", ["--yes", "DOCKSWITCH_YES"])
def test_a_yes_given_before_is_one(how: str, program: Program) -> None:
    pinned(program.home, docker_version="98.0.1\n")
    words, env = (["-y"], {}) if how == "--yes" else ([], {how: "1"})
    assert program("use", "--no-start", "--json", *words, **env).json["to"] == "98.0.1"


def test_for_a_users_own_engine_a_pin_counts_directly(program: Program) -> None:
    pinned(program.home, docker_version="98.0.1\n")
    said = program("use", "--user", "--no-start", "--json", DOCKSWITCH_ROOT="")
    assert (said.code, said.json["to"]) == (0, "98.0.1")
    assert (program.home / ".local/bin/docker").is_symlink()


def test_what_is_said_outranks_a_pin(program: Program) -> None:
    pinned(program.home, docker_version="98.0.1\n")
    assert program("use", "98.0.2", "--no-start", "--json").json["to"] == "98.0.2"
