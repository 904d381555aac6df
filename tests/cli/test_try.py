"""What `try` refuses before anything is started, and what it says of trials that are there."""

import json

import pytest

from tests.cli.program import Program, Said

# what was said, its exit code, the message
REFUSED = {
    "try -- true": (125, "which engine is to be tried?"),
    "try": (125, "which engine is to be tried?"),
    "try test --end rc": (2, "which engine is to be tried?"),
    "try --in rc --keep rc -- true": (125, "--keep and --for-hours are about one that begins"),
    "try test --for-hours 2 -- true": (125, "--for-hours is about an engine that is kept"),
    "try --end rc -- true": (125, "--end runs no command"),
    "try test": (125, "what is to run in it?"),
    "try --in rc": (125, "what is to run in it?"),
    "try test --user -- true": (125, "root has no engine without root"),
    "try test --suite bookworm -- true": (125, "--suite is about packages"),
    "try test --from rpm -- true": (125, "nothing comes from 'rpm'"),
    "try stabel -- true": (125, None),
    "try 98.0.10 -- true": (125, None),
    "try 98.0.1 --keep Rc": (2, "no trial can be called 'Rc'"),
    "try 98.0.1 --keep rc --for-hours 0": (2, "a trial cannot be kept for 0 hours"),
    "try 98.0.1 --with-image app -- true": (125, "there is nobody to copy app from"),
    "try --end rc": (2, "there is no trial 'rc'"),
    "try --in rc -- true": (125, "there is no trial 'rc'"),
}


@pytest.mark.parametrize(("line", "said"), REFUSED.items())
def test_a_word_too_few_or_too_many_is_told(
    line: str, said: tuple[int, str | None], program: Program
) -> None:
    code, message = said
    found = program("--json", *line.split())
    assert found.code == code, found.out
    assert message in (None, found.error["message"])
    assert found.error["hint"]


def test_nothing_is_on_trial(program: Program) -> None:
    assert program("--json", "list", "--trials").json["trials"] == []
    said = program("list", "--trials")
    assert (said.code, said.out) == (0, "")
    assert said.err == "nothing is on trial; `dockswitch try test` is a beginning\n"


def test_one_whose_owner_is_gone_is_listed_as_such_until_it_is_ended(program: Program) -> None:
    _killed(program)
    listed = program("--json", "list", "--trials").json["trials"]
    assert listed == [
        {
            "name": "rc",
            "version": "98.0.1",
            "channel": "stable",
            "host": f"unix://{program.root}/run/dockswitch/trials/rc/docker.sock",
            "context": None,
            "since": "2026-01-01T00:00:00Z",
            "until": None,
            "alive": False,
        }
    ]
    assert "dead: `dockswitch recover` removes" in program("list", "--trials").out
    refused = program("--json", "try", "--in", "rc", "--", "true")
    assert refused.error["details"] == "there is none"
    ended: Said = program("--json", "try", "--end", "rc")
    assert (ended.code, ended.json["name"]) == (0, "rc")
    assert program("--json", "list", "--trials").json["trials"] == []


def test_recover_ends_one_whose_owner_is_gone_and_says_so(program: Program) -> None:
    _killed(program)
    said = program("--json", "recover")
    assert (said.json["changed"], said.json["trials"]) == (True, ["rc"])
    assert program("recover").out == "nothing to undo\n"
    assert not (program.root / "var/lib/dockswitch/trials/rc").exists()


def test_whoever_only_waits_for_a_switch_ends_no_trial_and_says_so_of_none(
    program: Program,
) -> None:
    _killed(program)
    said = program("--json", "recover", "--unconfirmed")
    assert (said.json["changed"], said.json["trials"]) == (False, [])
    assert (program.root / "var/lib/dockswitch/trials/rc").exists()


def test_the_names_of_trials_are_completed(program: Program) -> None:
    _killed(program)
    said = program.process(
        _DOCKSWITCH_COMPLETE="complete_bash", COMP_WORDS="dockswitch try --end ", COMP_CWORD="3"
    )
    assert said.out.split() == ["rc"]


def _killed(program: Program) -> None:
    """A record as one is left of an owner that was killed."""
    folder = program.root / "var/lib/dockswitch/trials/rc"
    folder.mkdir(parents=True)
    record = {
        "name": "rc",
        "version": "98.0.1",
        "channel": "stable",
        "folder": "/var/lib/dockswitch/versions/98.0.1-0123456789ab",
        "socket": "/run/dockswitch/trials/rc/docker.sock",
        "since": "2026-01-01T00:00:00Z",
        "owner": 1,
        "pid": 2,
        "until": "",
        "context": "",
        "uid": 0,
        "config": "",
    }
    (folder / "trial.json").write_text(json.dumps(record))
