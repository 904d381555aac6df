"""The units that systemd reads, and what an owner's drop-ins say."""

import dataclasses

import pytest

from dockswitch.engine import drop_ins, unit_files, units
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.drop_ins import OtherEngine
from dockswitch.model.layout import Layout
from tests.world import World

FOLDER = "/var/lib/dockswitch/versions/28.5.2-abcd"
LAYOUT = Layout.of_system()
CONFIG = DaemonConfig.of({}, LAYOUT, LAYOUT.own_engine_config)
DROP_INS = "/etc/systemd/system/docker.service.d"


def service(version: str = "28.5.2", **keys: object) -> list[str]:
    config = DaemonConfig.of(
        {name.replace("_", "-"): value for name, value in keys.items()}, LAYOUT, ""
    )
    argv = [f"/v/{version}-abcd/dockerd", "-H", "fd://"]
    return units.service(argv, config, containerd=False, activated=True).splitlines()


def test_a_unit_of_ours_is_known_by_its_first_line() -> None:
    assert units.is_ours("\n".join(service()))
    assert units.is_ours(units.socket(CONFIG))
    assert not units.is_ours("[Unit]\nDescription=Docker Application Container Engine\n")
    assert not units.is_ours(None)


@pytest.mark.parametrize(
    ("version", "limit"),
    [
        ("17.03.2-ce", ["LimitNOFILE=1048576"]),
        ("18.06.3-ce", ["LimitNOFILE=1048576"]),
        ("18.09.0", ["LimitNOFILE=infinity"]),
        ("24.0.9", ["LimitNOFILE=infinity"]),
        ("25.0.0", []),
        ("29.0.0-rc.1", []),
    ],
)
def test_open_files_are_limited_as_the_version_s_own_unit_did(
    version: str, limit: list[str]
) -> None:
    assert [line for line in service(version) if line.startswith("LimitNOFILE")] == limit


def test_the_version_s_own_folder_comes_first_on_path() -> None:
    (path,) = (line for line in service() if line.startswith("Environment="))
    assert path.startswith("Environment=PATH=/v/28.5.2-abcd:/usr/local/sbin:")


def test_a_stop_may_take_as_long_as_daemon_json_grants_containers() -> None:
    assert "TimeoutStopSec=90" in service()
    assert "TimeoutStopSec=315" in service(shutdown_timeout=300)


def test_the_socket_is_the_group_s_that_daemon_json_names() -> None:
    assert "SocketGroup=docker" in units.socket(CONFIG)
    admins = dataclasses.replace(CONFIG, group="admins")
    assert "SocketGroup=admins" in units.socket(admins)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("plain", "plain"),
        ("/a b", '"/a b"'),
        ("100%", "100%%"),
        ("$HOME", "$$HOME"),
        ('say "x"', '"say \\"x\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("", '""'),
    ],
)
def test_a_word_reaches_the_engine_as_it_is(word: str, said: str) -> None:
    assert units.command([word]) == said


def test_a_unit_starts_a_command_line_or_not() -> None:
    text = "\n".join(service())
    assert units.starts(text, ["/v/28.5.2-abcd/dockerd", "-H", "fd://"])
    assert not units.starts(text, ["/v/28.5.2-abcd/dockerd", "-H", "fd://", "--debug"])
    assert not units.starts(None, ["/v/28.5.2-abcd/dockerd"])


def with_drop_ins(**texts: str) -> World:
    world = World("")
    for name, text in texts.items():
        world.write(f"{DROP_INS}/{name}.conf", text.encode())
    return world


@pytest.mark.parametrize(
    "text",
    [
        "[Service]\nEnvironment=HTTP_PROXY=http://proxy\n",
        "[Service]\n# ExecStart=/usr/bin/dockerd\n",
        "[Unit]\nExecStart=/usr/bin/dockerd\n",
        "[Service]\nExecStartPre=/bin/true\n",
        f"[Service]\nExecStart=\nExecStart={FOLDER}/dockerd --debug\n",
        f"[Service]\nExecStart=\nExecStart=-{FOLDER}/dockerd \\\n  --debug\n",
    ],
)
def test_a_drop_in_that_starts_no_other_engine_is_kept(text: str) -> None:
    drop_ins.refuse_other_engine(with_drop_ins(own=text), f"{FOLDER}/dockerd")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n", "/usr/bin/dockerd"),
        ("[Service]\n ExecStart = @/usr/bin/dockerd docker\n", "/usr/bin/dockerd"),
        ("[Service]\nExecStart=\n", "nothing"),
        (f"[Service]\nExecStart={FOLDER}-2/dockerd\n", f"{FOLDER}-2/dockerd"),
    ],
)
def test_one_that_starts_another_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(OtherEngine) as failure:
        drop_ins.refuse_other_engine(with_drop_ins(own=text), f"{FOLDER}/dockerd")
    assert failure.value.message == f"{DROP_INS}/own.conf starts another engine"
    assert f"names {named}, so" in failure.value.details
    assert "daemon.json" in failure.value.hint


def test_the_last_drop_in_has_the_word_and_etc_goes_before_usr() -> None:
    world = with_drop_ins(
        a="[Service]\nExecStart=\nExecStart=/usr/bin/dockerd\n",
        b=f"[Service]\nExecStart=\nExecStart={FOLDER}/dockerd\n",
    )
    drop_ins.refuse_other_engine(world, f"{FOLDER}/dockerd")
    below = "/usr/lib/systemd/system/docker.service.d"
    world.write(f"{below}/b.conf", b"[Service]\nExecStart=\nExecStart=/usr/bin/dockerd\n")
    drop_ins.refuse_other_engine(world, f"{FOLDER}/dockerd")
    world.write(f"{below}/c.conf", b"[Service]\nExecStart=\nExecStart=/usr/bin/dockerd\n")
    with pytest.raises(OtherEngine, match=f"{below}/c.conf"):
        drop_ins.refuse_other_engine(world, f"{FOLDER}/dockerd")
    world.point(f"{DROP_INS}/c.conf", "/dev/null")
    drop_ins.refuse_other_engine(world, f"{FOLDER}/dockerd")


def test_a_masked_unit_is_none() -> None:
    world = World("")
    assert not unit_files.has(world, "containerd.service")
    world.write("/lib/systemd/system/containerd.service", b"")
    assert unit_files.has(world, "containerd.service")
    world.point("/etc/systemd/system/containerd.service", "/dev/null")
    assert not unit_files.has(world, "containerd.service")
