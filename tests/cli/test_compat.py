"""What `compat` prints and exits with."""

import pytest

from tests.cli.program import Program


@pytest.mark.parametrize(
    ("client", "engine", "code", "how"),
    [
        ("17.06", "28.5.2", 0, "directly"),
        ("28.5.2", "17.06", 0, "negotiated"),
        ("1.99", "17.09", 0, "unchecked"),
        ("17.06", "29", 18, "refused"),
        ("1.52", "28.5.2", 18, "refused"),
    ],
)
def test_the_exit_code_says_whether_a_pair_works(
    bare: Program, client: str, engine: str, code: int, how: str
) -> None:
    said = bare("compat", "--client", client, "--engine", engine)
    plain = bare("compat", "--client", client, "--engine", engine, "--json")
    assert (said.code, plain.code, said.err) == (code, code, "")
    assert (plain.json["how"], plain.json["works"]) == (how, code == 0)
    assert (plain.json["message"] is not None) is (code != 0)
    if plain.json["message"]:
        assert said.lines[-1] == f"  {plain.json['message']}"


def test_a_pair_is_told_in_three_lines(bare: Program) -> None:
    assert bare("compat", "--client", "28.5.2", "--engine", "17.06.0-ce-rc2").lines == [
        "docker 28.5.2, API 1.51",
        "engine 17.06.0-ce-rc2, API 1.12 to 1.30",
        "they agree on API 1.30",
    ]


def test_a_client_alone_is_told_with_the_engines_that_accept_it(bare: Program) -> None:
    said = bare("compat", "--client", "17.06", "--json")
    assert said.code == 0
    assert said.json["client"] == {
        "version": "17.06.2-ce",
        "api": "1.30",
        "min_api": None,
        "negotiates": True,
    }
    rows = {row["version"]: row for row in said.json["accepted_by"]}
    assert rows["28.5.2"] == {
        "version": "28.5.2",
        "api": "1.51",
        "min_api": "1.24",
        "how": "directly",
        "speaks": "1.30",
        "message": None,
        "runs": False,
        "kept": False,
    }
    assert rows["29.0.0"]["how"] == "refused"
    assert "29.0.0-rc.2" not in rows
    assert said.json["accepts"] == []
    more = bare("compat", "--client", "17.06", "--pre", "--json").json["accepted_by"]
    assert "29.0.0-rc.2" in {row["version"] for row in more}


def test_an_engine_alone_is_told_with_the_clients_that_it_accepts(bare: Program) -> None:
    said = bare("compat", "--engine", "26.1.5", "--json", PATH="/nonexistent")
    rows = {row["version"]: row["how"] for row in said.json["accepts"]}
    assert (rows["1.11.2"], rows["20.10.24"], rows["28.5.2"]) == (
        "refused",
        "directly",
        "negotiated",
    )
    lines = bare("compat", "--engine", "26.1.5", PATH="/nonexistent").lines
    assert lines[:3] == ["engine 26.1.5, API 1.24 to 1.45", "", "clients"]
    assert len(lines) < 12
