"""Virtual machines as a person sees them: made, switched, looked at, gone back from, removed."""

import json
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dockswitch.model.vm import KEEPERS
from tests.cli.machines import Machines, machines
from tests.cli.program import Program, Said
from tests.cli.test_completion import offered

OLD, NEW = "17.05.0-ce", "17.06.0-ce-rc2"
OF_OLD, OF_NEW = f"dockswitch-{OLD}", f"dockswitch-{NEW}"


@pytest.fixture
def lab(bare: Program, tmp_path: Path) -> Iterator[Machines]:
    with machines(bare, tmp_path) as made:
        yield made


@pytest.fixture
def after(lab: Machines) -> Callable[..., Machines]:
    """The machines after these commands."""

    def done(*lines: str) -> Machines:
        for line in lines:
            said = lab.program(*shlex.split(line))
            assert said.code == 0, said.err
        return lab

    return done


def refused(lab: Machines, line: str) -> dict[str, str]:
    said = lab.program(*shlex.split(line), "--json")
    assert said.code != 0
    return said.error


def adopted_by_hand(lab: Machines, name: str, version: str) -> None:
    """A machine that somebody made with docker-machine itself."""
    image = lab.folder / "images" / f"boot2docker-{version}.iso"
    url = ("--virtualbox-boot2docker-url", f"file://{image}")
    lab.docker_machine("create", "-d", "virtualbox", *url, name)


def test_a_preview_says_which_machine_would_be_made_and_makes_none(lab: Machines) -> None:
    words = ("use", NEW, "--backend", "machine")
    said = lab.program(*words, "--dry-run", "--json").json
    assert said["machine"] == {"name": OF_NEW, "keeper": "machine", "driver": None, "host": None}
    assert said["steps"][0] == f"start the machine {OF_NEW} with {NEW}"
    assert lab.program(*words, "--check").code == 10
    assert not lab.store.exists()


def test_a_version_gets_a_machine_of_its_own_and_the_one_before_stops(
    after: Callable[..., Machines],
) -> None:
    lab = after(f"use {OLD} --backend machine -- --virtualbox-memory 2048")
    assert "create -d virtualbox --virtualbox-memory 2048" in (lab.folder / "calls").read_text()
    said = lab.program("use", f"test@{NEW}", "--user")
    assert f"test {NEW} is running in the machine {OF_NEW}, was {OLD} (generation 2)" in said.out
    assert 'eval "$(dockswitch env --user)"' in said.err
    assert lab.runs(OF_NEW)
    (lab.folder / "calls").unlink()
    again = lab.program("use", NEW, "--user", "--json").json
    assert (lab.folder / "calls").read_text() == f"env --shell sh {OF_NEW}\n"
    assert (again["changed"], again["machine"]["name"]) == (False, OF_NEW)
    assert again["machine"]["host"].startswith("tcp://127.")
    lab.program("use", OLD, "--user", "--keep-running")
    assert lab.runs(OF_OLD, OF_NEW)


def test_all_that_looks_sees_the_machine(after: Callable[..., Machines]) -> None:
    lab = after(f"use {OLD} --backend machine", f"use {NEW} --backend machine")
    status = lab.program("status", "--user", "--exit-code", "--json")
    assert status.code == 0
    assert (status.json["installed"], status.json["running"]) == (NEW, NEW)
    assert status.json["machine"]["name"] == OF_NEW
    assert (
        f"machine    {OF_NEW} (machine), running at tcp://" in lab.program("status", "--user").out
    )
    assert lab.program("current", "--user").out == f"{NEW}\n"
    listed = lab.program("list", "--user", "--json").json
    assert [each["name"] for each in listed["machines"] if each["current"]] == [OF_NEW]
    assert [each["version"] for each in listed["installed"] if each["current"]] == [NEW]
    assert f"* {OF_NEW}" in lab.program("list", "--user").out
    history = lab.program("history", "--user", "--json").json["generations"]
    assert [each["machine"]["name"] for each in history] == [OF_OLD, OF_NEW]
    assert OF_OLD in lab.program("history", "--user").lines[0]
    assert refused(lab, "which docker --user")["message"].startswith(f"{NEW} is in a virtual")


def test_a_shell_is_led_to_it_and_away_again(after: Callable[..., Machines]) -> None:
    lab = after(f"use {NEW} --backend machine")
    plain = lab.program("env", "--user", "--json").json
    names = ("DOCKER_TLS_VERIFY", "DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_MACHINE_NAME")
    assert [plain[name] for name in names[2:]] == [str(lab.store / OF_NEW), OF_NEW]
    assert plain["unset"] == ["DOCKER_CONTEXT"]
    shown = 'echo "$DOCKER_MACHINE_NAME,$DOCKER_CONTEXT,"'
    script = [
        "DOCKER_CONTEXT=theirs",
        *(lab.program("env", "--user").out, shown),
        *(lab.program("env", "--unset").out, shown),
    ]
    done = subprocess.run(
        ["sh", "-ec", "\n".join(script)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [f"{OF_NEW},,", ",,"]
    forms = {
        "fish": (f"set -gx DOCKER_MACHINE_NAME {OF_NEW};", "set -e DOCKER_CONTEXT;"),
        "powershell": (
            f"$Env:DOCKER_MACHINE_NAME = '{OF_NEW}'",
            "Remove-Item Env:DOCKER_CONTEXT -ErrorAction Ignore",
        ),
        "cmd": (f'SET "DOCKER_MACHINE_NAME={OF_NEW}"', 'SET "DOCKER_CONTEXT="'),
    }
    for shell, (sets, unsets) in forms.items():
        lines = lab.program("env", "--user", "--shell", shell).lines
        assert sets in lines
        assert lines[-1] == unsets


def test_what_a_machine_left_in_a_shell_does_not_lead_to_a_plain_engine(bare: Program) -> None:
    said = bare("env", DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH="/gone")
    assert said.lines[1:3] == ["unset DOCKER_TLS_VERIFY", "unset DOCKER_CERT_PATH"]
    unset = bare("env", "--unset", "--shell", "fish").lines
    assert unset[0] == "set -e DOCKER_HOST;"
    assert len(unset) == 4


def test_a_machine_is_stopped_and_started_as_an_engine_is(after: Callable[..., Machines]) -> None:
    lab = after(f"use {NEW} --backend machine")
    assert lab.program("daemon", "status", "--user").code == 0
    assert lab.program("daemon", "logs", "--user").out.startswith("level=info")
    assert lab.program("daemon", "stop", "--user").out == f"the machine {OF_NEW} is stopped\n"
    assert lab.runs()
    assert lab.program("daemon", "status", "--user").code == 1
    hint = "`dockswitch daemon start --user` starts it"
    assert refused(lab, "env --user")["hint"] == refused(lab, "daemon logs --user")["hint"] == hint
    drifted = lab.program("status", "--user", "--exit-code")
    assert drifted.code == 10
    assert f"{OF_NEW} is stopped: `dockswitch daemon start --user`" in drifted.out
    started = lab.program("daemon", "start", "--user")
    assert f"the machine {OF_NEW} runs and answers {NEW}" in started.out


def test_drift_names_a_machine_that_is_gone_and_an_engine_that_is_another(
    after: Callable[..., Machines],
) -> None:
    lab = after(f"use {NEW} --backend machine")
    lab.docker_machine("stop", OF_NEW)
    (lab.store / OF_NEW / "boot2docker.iso").write_bytes(
        (lab.folder / "images" / f"boot2docker-{OLD}.iso").read_bytes()
    )
    lab.docker_machine("start", OF_NEW)
    assert f"{OLD} answers in the machine {OF_NEW}" in lab.program("status", "--user").out
    assert lab.program("doctor", "--user").code == 1
    way = f"dockswitch use {NEW} --backend machine"
    after(way.partition(" ")[2])
    assert lab.engine(OF_NEW) == NEW
    assert lab.program("status", "--user", "--exit-code").code == 0
    (lab.store / OF_NEW).rename(lab.folder / "elsewhere")
    assert f"is gone: `{way}` makes it anew" in lab.program("status", "--user").out
    assert refused(lab, "daemon start --user")["hint"] == f"`{way}` makes it anew"
    assert lab.program(*shlex.split(way)[1:]).code == 0
    assert lab.runs(OF_NEW)


def test_the_doctor_says_who_leads_docker_elsewhere(after: Callable[..., Machines]) -> None:
    lab = after(f"use {NEW} --backend machine")
    env = lab.program("env", "--user", "--json").json["DOCKER_HOST"]
    assert lab.program("doctor", "--user", DOCKER_HOST=env).code == 0
    said = lab.program("doctor", "--user", "--json", DOCKER_HOST="tcp://10.0.0.1:2376")
    assert "DOCKER_HOST leads docker to tcp://10.0.0.1:2376" in said.json["findings"][0]["what"]


def test_in_place_keeps_the_machine_and_rollback_brings_its_engine_back(
    after: Callable[..., Machines],
) -> None:
    lab = after(f"use {NEW} --backend machine --machine dev")
    assert refused(lab, f"use {OLD} --backend machine --machine dev")["message"] == (
        f"the machine dev has {NEW}"
    )
    older = f"use {OLD} --backend machine --machine dev --in-place"
    told = lab.program(*shlex.split(older), "--dry-run", "--json").json
    assert f"{OLD} is older than {NEW}" in told["findings"][0]["what"]
    after(older)
    assert (lab.engine("dev"), lab.runs("dev")) == (OLD, True)
    newer = lab.program("rollback", "--user", "--dry-run", "--json").json
    assert newer["way_back"].startswith(f"after `dockswitch rollback` {OLD} may not take")
    after("rollback --user")
    assert (lab.engine("dev"), lab.runs("dev")) == (NEW, True)


def test_an_adopted_machine_is_switched_in_place_and_back_and_never_removed(
    lab: Machines, after: Callable[..., Machines]
) -> None:
    adopted_by_hand(lab, "hers", OLD)
    foreign = refused(lab, f"use {NEW} --backend machine --machine hers --in-place")
    assert "dockswitch adopt --backend machine --machine hers" in foreign["hint"]
    words = ("adopt", "--backend", "machine", "--machine", "hers")
    foreseen = lab.program(*words, "--dry-run", "--json").json
    assert (foreseen["version"], foreseen["in_use"], foreseen["changed"]) == (OLD, True, True)
    assert lab.program("list", "--user", "--json").json["machines"] == []
    after(" ".join(words), f"use {NEW} --backend machine --machine hers --in-place")
    assert lab.engine("hers") == NEW
    after("rollback --user")
    assert lab.engine("hers") == OLD
    assert "adopted already: nothing changed" in lab.program(*words).out
    assert refused(lab, "outdated --user")["message"].startswith(f"{OLD} came from no channel")
    after("use system --user")
    assert lab.state("hers") == "Stopped"
    kept = refused(lab, f"uninstall {OLD} --user --yes")
    assert kept["details"] == "the machine hers has its engine from it"


def test_adopting_leaves_what_is_in_use_and_its_history_alone(
    lab: Machines, after: Callable[..., Machines]
) -> None:
    adopted_by_hand(lab, "hers", OLD)
    after(f"use {NEW} --backend machine")
    said = lab.program("adopt", "--backend", "machine", "--machine", "hers", "--json").json
    assert (said["in_use"], said["generation"]) == (False, 1)
    assert lab.program("current", "--user").out == f"{NEW}\n"
    assert refused(lab, "adopt --backend lima --machine hers")["code"] == "usage"
    assert refused(lab, "adopt --machine hers")["code"] == "usage"


def test_uninstall_takes_the_machine_along_after_a_yes(after: Callable[..., Machines]) -> None:
    lab = after(f"use {OLD} --backend machine", f"use {NEW} --backend machine")
    asked = refused(lab, f"uninstall {OLD} --user")
    assert (asked["message"], asked["hint"]) == ("nothing was removed", "--yes says that it may")
    assert lab.state(OF_OLD) == "Stopped"
    gone = lab.program("uninstall", OLD, "--user", "--yes", "--json").json
    assert (gone["machines"], gone["removed"]) == ([OF_OLD], [OLD])
    assert lab.state(OF_OLD) == "absent"
    in_use = refused(lab, f"uninstall {NEW} --user --yes")
    assert in_use["details"] == f"the machine {OF_NEW} is in use"


def test_prune_keeps_images_that_a_machine_needs(after: Callable[..., Machines]) -> None:
    lab = after(
        f"install {OLD} --backend machine",
        "install 19.03.12 --backend machine",
        f"use {OLD} --backend machine",
    )
    assert lab.program("prune", "--user", "--json").json["removed"] == ["19.03.12"]
    assert lab.runs(OF_OLD)


UNMEANT = {
    "--client-only": "--client-only",
    "--no-start": "--no-start",
    "--experimental": "--experimental",
    "--data same": "--data",
    "--hold": "--hold",
    "--no-hold": "--hold",
    "--package containerd.io=1.7": "--package",
    "--suite bookworm": "--suite",
}


@pytest.mark.parametrize("words", UNMEANT)
def test_what_means_nothing_in_a_machine_is_refused_by_name(words: str, lab: Machines) -> None:
    said = lab.program("use", NEW, "--backend", "machine", *words.split())
    assert said.code == 2
    assert said.err.startswith(f"error: {UNMEANT[words]} ")
    assert "hint:" in said.err


ABOUT = ("--machine dev", "--driver kvm", "--in-place", "--keep-running", "-- --cpus 2")


@pytest.mark.parametrize("words", ABOUT)
def test_what_is_about_machines_is_refused_elsewhere(words: str, program: Program) -> None:
    said = program("use", "98.0.1", "--no-start", *words.split())
    assert said.code == 2
    assert "is about virtual machines, and the static backend has none" in said.err


def test_machines_are_a_persons_own(lab: Machines) -> None:
    by_setting = lab.program("use", NEW, DOCKSWITCH_BACKEND="machine")
    for said in (lab.program("use", NEW, "--system", "--backend", "machine"), by_setting):
        assert said.code == 2
        assert "virtual machines belong to a person" in said.err


def test_a_setting_names_the_driver(lab: Machines) -> None:
    said = lab.program("use", NEW, "--backend", "machine", "--json", DOCKSWITCH_DRIVER="virtualbox")
    assert said.json["machine"]["driver"] == "virtualbox"
    unknown = lab.program("use", OLD, "--user", "--json", DOCKSWITCH_DRIVER="abacus")
    assert (unknown.code, unknown.error["message"]) == (18, "docker-machine has no driver abacus")


def test_words_of_machines_are_completed(after: Callable[..., Machines]) -> None:
    program = after(f"use {NEW} --backend machine --machine dev").program
    assert offered(program, "use", "--backend", "") == ["static", "apt", *KEEPERS]
    assert offered(program, "use", "--machine", "d") == ["dev"]
    assert offered(program, "use", "--driver", "virt") == ["virtualbox"]


def test_a_context_of_somebody_else_is_left_alone(lab: Machines) -> None:
    """The client here is one that has contexts and knows one of that name."""
    client = lab.folder / "bin" / "docker"
    client.write_text(
        f'#!/bin/sh\necho "$*" >>{lab.folder}/docker\n'
        'case "$*" in *inspect*) echo \'[{"Metadata": {"Description": "mine"}}]\' ;; esac\n'
    )
    client.chmod(0o755)
    said: Said = lab.program("use", NEW, "--backend", "machine")
    assert f"the docker context {OF_NEW} was not made by dockswitch" in said.err
    asked = (lab.folder / "docker").read_text().splitlines()
    assert asked == ["context ls --quiet", f"context inspect {OF_NEW}"]
    assert json.loads(lab.program("status", "--user", "--json").out)["drift"] == []
