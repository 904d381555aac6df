"""`hold`, `unhold` and what `status` says of them, with the real dpkg below a root."""

from tests.apt.dpkg_root import CONTAINERD, VERSION, fill
from tests.cli.program import Program

FIELDS = {"packages", "owner", "reason", "since", "asked", "foreign"}
WORDS = [f"docker-ce={VERSION}", f"docker-ce-cli={VERSION}", f"containerd.io={CONTAINERD}"]


def test_hold_says_who_holds_what_and_why(bare: Program) -> None:
    fill(bare.root)
    said = bare("hold", "--reason", "the cluster\n wants it", "--json", SUDO_USER="anna").json
    assert (said["changed"], said["generation"]) == (True, 1)
    held = said["held"]
    assert set(held) == FIELDS
    assert (held["packages"], held["owner"], held["foreign"]) == (WORDS, "anna", [])
    assert (held["reason"], held["asked"]) == ("the cluster wants it", True)
    assert bare("status", "--json").json["held"] == held
    again = bare("hold", "--json").json
    assert again == {**said, "changed": False}
    (generation,) = bare("history", "--json").json["generations"]
    assert generation["held"] == {name: held[name] for name in FIELDS - {"packages", "foreign"}}


def test_people_are_told_the_same(bare: Program) -> None:
    fill(bare.root, "containerd.io")
    said = bare("hold", "--reason", "the cluster wants it", SUDO_USER="anna")
    assert bare.plain(said.out).splitlines() == [
        "the engine is held now (generation 1)",
        "by anna since TIME: the cluster wants it",
        *WORDS[:2],
        "containerd.io, not by dockswitch",
    ]
    assert said.err == "containerd.io: held by somebody else already, and left to them\n"
    told = bare.plain(bare("status").out)
    assert "held       by anna since TIME: the cluster wants it\n" in told
    assert "held       containerd.io, not by dockswitch\n" in told
    assert "hold (held by anna)" in bare("history").out


def test_unhold_lets_go_of_ours_alone(bare: Program) -> None:
    fill(bare.root, "containerd.io")
    bare("hold")
    said = bare("unhold")
    assert said.out == "the engine is held no longer (generation 2)\n"
    assert "`apt-mark unhold containerd.io`" in said.err
    held = bare("status", "--json").json["held"]
    assert held == {**dict.fromkeys(FIELDS), "packages": [], "foreign": ["containerd.io"]}
    assert bare("unhold", "--json").json["changed"] is False


def test_a_hold_that_is_gone_has_drifted(bare: Program) -> None:
    fill(bare.root)
    bare("hold")
    status = bare.root / "var/lib/dpkg/status"
    status.write_text(status.read_text().replace("hold ok", "install ok"))
    said = bare("status", "--exit-code", "--json")
    names = "docker-ce, docker-ce-cli, containerd.io"
    line = f"{names} no longer held: `dockswitch hold` or `dockswitch unhold`"
    assert (said.code, said.json["drift"]) == (10, [line])
    assert bare("hold", "--json").json["changed"] is True
    assert bare("status", "--exit-code").code == 0
