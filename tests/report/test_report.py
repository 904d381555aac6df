"""The voice of a command: two streams, colours, quiet, verbose, one object, the log."""

import io
import json
from pathlib import Path

import pytest

from dockswitch.model.errors import DockswitchError
from dockswitch.report.report import Report

Streams = pytest.CaptureFixture[str]
ERROR = DockswitchError("it broke", details="first\nsecond", hint="mend it")


def test_an_answer_is_lines_or_one_object(capsys: Streams) -> None:
    Report("list").answer({"a": 1}, ["one", "two"])
    assert capsys.readouterr() == ("one\ntwo\n", "")
    Report("list", as_json=True).answer({"a": 1}, ["one", "two"])
    out, err = capsys.readouterr()
    assert (json.loads(out), err) == ({"schema": 1, "command": "list", "a": 1}, "")


def test_a_failure_is_message_details_and_hint(capsys: Streams) -> None:
    Report("use").failure(ERROR)
    assert capsys.readouterr() == ("", "error: it broke\n  first\n  second\n  hint: mend it\n")
    Report("use", as_json=True).failure(ERROR)
    out, err = capsys.readouterr()
    assert err == ""
    assert json.loads(out)["error"] == {
        "code": "error",
        "message": "it broke",
        "details": "first\nsecond",
        "hint": "mend it",
    }


def test_quiet_keeps_warnings_and_errors(capsys: Streams) -> None:
    report = Report("use", quiet=True, verbose=True)
    report.note("by the way")
    report.warning("look out")
    report.failure(DockswitchError("it broke"))
    assert capsys.readouterr().err == "warning: look out\nerror: it broke\n"


def test_steps_are_said_with_verbose_only(capsys: Streams) -> None:
    Report("use").progress.say("stopping")
    Report("use", verbose=True).progress.say("starting")
    assert capsys.readouterr() == ("", "· starting\n")


def test_the_log_keeps_what_is_not_shown(tmp_path: Path, capsys: Streams) -> None:
    report = Report("use", quiet=True)
    report.log = str(tmp_path / "log")
    report.progress.say("stopping")
    report.failure(ERROR)
    lines = [line.partition("] ")[2] for line in (tmp_path / "log").read_text().splitlines()]
    assert lines == ["use: stopping", "use: error error: it broke (first; second)"]


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("color", "no_color", "painted"),
    [
        ("auto", False, True),
        ("auto", True, False),
        ("never", False, False),
        ("always", True, True),
    ],
)
def test_a_terminal_is_painted_unless_it_is_not_wanted(
    color: str, monkeypatch: pytest.MonkeyPatch, *, no_color: bool, painted: bool
) -> None:
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", "")
    Report("use", color=color).failure(ERROR)
    assert ("\033[" in shown.getvalue()) is painted


def test_progress_counts_on_a_terminal_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    progress = Report("use").progress
    add = progress.begin("docker.tgz", 2000)
    add(1500)
    progress.end()
    assert "docker.tgz:" in shown.getvalue()
    assert shown.getvalue().endswith("\r")
    shown.truncate(0)
    Report("use", progress="never").progress.begin("docker.tgz", 2000)(10)
    Report("use", quiet=True).progress.begin("docker.tgz", 2000)(10)
    assert shown.getvalue() == ""
