"""What `matrix --format github` prints, which starts nothing."""

import json

from tests.cli.program import Program


def test_one_line_for_github_s_fromjson(program: Program) -> None:
    said = program("matrix", "--format", "github", "stable", "test@latest-pre")
    assert (said.code, said.err, len(said.lines)) == (0, "", 1)
    assert json.loads(said.out) == {
        "docker": ["98.1.0", "99.0.0-rc.1"],
        "include": [
            {"docker": "98.1.0", "channel": "stable", "spec": "stable@98.1.0"},
            {"docker": "99.0.0-rc.1", "channel": "test", "spec": "test@99.0.0-rc.1"},
        ],
    }
    assert not (program.root / "var/lib/dockswitch/versions").exists()


def test_with_json_it_is_within_the_one_object(program: Program) -> None:
    line = program("matrix", "--format", "github", "stable").out
    plain = program("matrix", "--format", "github", "stable", "--json").json
    assert plain == {"schema": 1, "command": "matrix", "matrix": json.loads(line)}


def test_two_words_for_one_release_make_one_job(program: Program) -> None:
    said = program("matrix", "--format", "github", "stable", "98", "98.0.1", "test@98.1.0")
    assert json.loads(said.out)["docker"] == ["98.1.0", "98.0.1"]


def test_it_answers_for_a_day_another_host_and_without_a_network(program: Program) -> None:
    day = program("matrix", "--format", "github", "edge", "--as-of", "2017-06-30")
    assert json.loads(day.out)["docker"] == ["17.06.0-ce-rc2"]
    where = {"DOCKSWITCH_MIRROR": "https://download.docker.com"}
    words = ("matrix", "--format", "github", "28.5.2", "--for", "linux/aarch64", "--offline")
    assert json.loads(program(*words, **where).out)["docker"] == ["28.5.2"]
