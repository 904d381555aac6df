"""What people and programs are told of a switch that waits to be confirmed."""

import json
import re
from collections.abc import Callable

from tests.cli.program import Program


def test_a_switch_says_when_it_undoes_itself_and_every_look_does(
    using: Callable[..., Program],
) -> None:
    program = using("98.0.1")
    used = program("use", "98.0.2", "--no-start", "--revert-after", "1h30m", "--json").json
    until = used["revert_at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", until)
    status = program("status", "--json").json
    assert status["unconfirmed"] == {
        "generation": 2,
        "until": until,
        "goes_back_to": 1,
        "overdue": False,
        "trouble": None,
    }
    line = f"generation 1 is back at {until}, unless `dockswitch confirm` keeps generation 2"
    assert f"confirm    {line}" in program("status").lines
    assert "98.0.2 (not confirmed yet)" in program("history").out
    refused = program("uninstall", "98.0.1")
    assert "generation 2 goes back to it unless that is confirmed" in refused.err
    assert program("confirm", "--json").json == {
        "schema": 1,
        "command": "confirm",
        "changed": True,
        "generation": 2,
    }
    assert program("status", "--json").json["unconfirmed"] is None
    again = program("confirm")
    assert (again.code, again.out) == (0, "nothing waits to be confirmed: generation 2 stays\n")


def test_a_preview_says_it_and_does_nothing(using: Callable[..., Program]) -> None:
    program = using("98.0.1")
    line = ["use", "98.0.2", "--no-start", "--revert-after", "90s", "--dry-run"]
    assert (
        "would undo all that after 1m30s, unless `dockswitch confirm` comes" in program(*line).out
    )
    assert program(*line, "--json").json["revert_after_seconds"] == 90
    assert program("status", "--json").json["unconfirmed"] is None


def test_where_nothing_is_switched_nothing_is_undone(using: Callable[..., Program]) -> None:
    program = using("98.0.1")
    said = program("use", "98.0.1", "--no-start", "--revert-after", "10m")
    assert "98.0.1 is in use already: nothing changed" in said.out
    assert "--revert-after waits for nothing: nothing is undone" in said.err
    assert (
        program("use", "98.0.1", "--no-start", "--revert-after", "10m", "--json").json["revert_at"]
        is None
    )


def test_a_rollback_can_undo_itself_too(using: Callable[..., Program]) -> None:
    program = using("98.0.1", "98.0.2")
    said = program("rollback", "--revert-after", "10m")
    assert "generation 2 is back at" in said.out
    assert program("confirm").code == 0


def test_what_is_overdue_and_what_failed_is_said_too(using: Callable[..., Program]) -> None:
    program = using("98.0.1", "98.0.2")
    until = "2026-01-01T00:00:00Z"
    note = program.root / "var/lib/dockswitch/unconfirmed.json"
    noted = {"generation": 2, "back_to": 1, "until": until, "wait": 60}
    note.write_text(json.dumps(noted))
    assert (
        f"confirm    generation 2 was not confirmed by {until}: "
        "`dockswitch recover` goes back to 1" in program("status").lines
    )
    assert program("status", "--json").json["unconfirmed"]["overdue"] is True
    assert "is to be confirmed by" in program("doctor").out
    note.write_text(json.dumps({**noted, "tries": 3, "trouble": "no such driver"}))
    failed = "generation 2 was not confirmed, and going back to generation 1 failed"
    assert f"confirm    {failed}: no such driver" in program("status").lines
    assert program("status", "--json").json["unconfirmed"]["trouble"] == "no such driver"
    assert "going back to 1 failed: no such driver (tried 3 times)" in program("doctor").out
    back = program("recover", "--json").json
    assert (back["changed"], back["unconfirmed"], back["version"]) == (True, 2, "98.0.1")
    assert "generation 1 (2 was not confirmed)" in program("history").out
    late = program("confirm", "--json")
    assert (late.code, late.error["message"]) == (
        1,
        "generation 2 was not confirmed in time, and was taken back",
    )
