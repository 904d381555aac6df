"""The command lines of all eras, and what an engine gets to know of our environment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.flags import (
    DataRootTwice,
    RootTooLong,
    check_root,
    command_line,
    environment,
    option,
    resolved,
    stored,
    used_by,
    without_iptables,
)
from dockswitch.model.layout import Layout
from dockswitch.model.plan import Wanted
from dockswitch.model.version import Version

SYSTEM = Layout.of_system()
ROOTED = Layout.of_system(root="/tmp/dk")
FOLDER = "/var/lib/dockswitch/versions/28.5.2-abcd"


def line(version: str, layout: Layout = SYSTEM, **keys: object) -> tuple[str, ...]:
    spelled = {key.replace("_", "-"): value for key, value in keys.items()}
    config = DaemonConfig.of(spelled, layout, layout.own_engine_config)
    return command_line(layout, Wanted(Version.parse(version), FOLDER), config)


def test_every_place_is_named() -> None:
    assert line("28.5.2") == (
        f"{{root}}{FOLDER}/dockerd",
        *("--config-file", "{root}/var/lib/dockswitch/daemon.json"),
        *("-H", "unix://{root}/run/docker.sock"),
        *("--data-root", "{root}/var/lib/docker"),
        *("--exec-root", "{root}/run/docker"),
        *("--pidfile", "{root}/run/dockswitch/docker.pid"),
        *("--init-path", f"{{root}}{FOLDER}/docker-init"),
        *("--userland-proxy-path", f"{{root}}{FOLDER}/docker-proxy"),
    )


@pytest.mark.parametrize(
    ("version", "flag"),
    [
        ("17.03.2-ce", "--graph"),
        ("17.05.0-ce-rc1", "--graph"),
        ("17.05.0-ce", "--data-root"),
        ("17.06.0-ce-rc2", "--data-root"),
        ("29.0.0-rc.1", "--data-root"),
    ],
)
def test_the_data_root_goes_by_the_name_of_its_time(version: str, flag: str) -> None:
    words = line(version)
    assert option(words, flag) == "{root}/var/lib/docker"
    assert option(words, *{"--graph", "--data-root"} - {flag}) is None


def test_a_data_root_of_its_own_is_named_in_place_of_the_machine_s() -> None:
    wanted = Wanted(Version.parse("28.5.2"), FOLDER, "/var/lib/dockswitch/data/28.5.2")
    config = DaemonConfig.of({}, ROOTED, ROOTED.own_engine_config)
    words = command_line(ROOTED, wanted, config)
    assert used_by(words, config, ROOTED).data_root == wanted.data
    assert used_by(resolved(words, ROOTED.root), config, ROOTED).data_root == wanted.data
    # the line has the last word, and where it says nothing daemon.json has it
    named = DaemonConfig.of({"data-root": "/srv/docker"}, SYSTEM, SYSTEM.engine_config)
    assert used_by(["dockerd", "--data-root=/mnt/x"], named, SYSTEM).data_root == "/mnt/x"
    assert used_by(["dockerd"], named, SYSTEM) == named


def test_what_a_line_names_is_what_its_daemon_uses() -> None:
    config = DaemonConfig.of({}, ROOTED, ROOTED.own_engine_config)
    for words in (line("28.5.2", ROOTED), tuple(resolved(line("28.5.2", ROOTED), ROOTED.root))):
        assert used_by(words, config, ROOTED) == config
    handed = ("dockerd", "-H", "fd://", "--exec-root", "/tmp/dk/run/x", "-p", "/tmp/dk/run/x.pid")
    used = used_by(handed, config, ROOTED)
    assert (used.socket, used.exec_root, used.pidfile) == (config.socket, "/run/x", "/run/x.pid")


@pytest.mark.parametrize("key", ["data-root", "graph"])
def test_a_data_root_cannot_be_given_twice(key: str) -> None:
    wanted = Wanted(Version.parse("20.10.24"), FOLDER, "/var/lib/dockswitch/data/20.10.24")
    config = DaemonConfig.of({key: "/srv/docker"}, SYSTEM, SYSTEM.engine_config)
    with pytest.raises(DataRootTwice) as failure:
        command_line(SYSTEM, wanted, config)
    error = failure.value
    assert (error.exit, error.code) == (13, "data-root")
    assert (
        error.details
        == f"/etc/docker/daemon.json sets {key!r}, and dockerd refuses to be told twice"
    )
    assert "/var/lib/dockswitch/data/20.10.24" in error.hint


@pytest.mark.parametrize(
    ("version", "quiet"),
    [
        ("17.06.0-ce", ("--bridge=none", "--iptables=false")),
        ("20.10.0-rc1", ("--bridge=none", "--iptables=false")),
        ("20.10.0", ("--bridge=none", "--iptables=false", "--ip6tables=false")),
        ("28.5.2", ("--bridge=none", "--iptables=false", "--ip6tables=false")),
    ],
)
def test_under_a_root_no_bridge_and_no_rule_is_made(version: str, quiet: tuple[str, ...]) -> None:
    assert line(version, ROOTED)[-len(quiet) :] == quiet
    assert not {*quiet} & {*line(version)}


@pytest.mark.parametrize(
    ("key", "value", "flags"),
    [
        ("hosts", ["unix:///tmp/dk/x"], {"-H"}),
        ("data-root", "/tmp/dk/x", {"--data-root"}),
        ("graph", "/tmp/dk/x", {"--data-root"}),
        ("exec-root", "/tmp/dk/x", {"--exec-root"}),
        ("pidfile", "/tmp/dk/x", {"--pidfile"}),
        ("init-path", "/tmp/dk/x", {"--init-path"}),
        ("userland-proxy-path", "/tmp/dk/x", {"--userland-proxy-path"}),
        ("bridge", "br0", {"--bridge=none"}),
        ("iptables", True, {"--iptables=false"}),
        ("ip6tables", True, {"--ip6tables=false"}),
        ("debug", True, set()),
    ],
)
def test_what_daemon_json_sets_is_not_said_twice(key: str, value: object, flags: set[str]) -> None:
    without = {word for word in line("28.5.2", ROOTED) if word.startswith("-")}
    assert without - {*line("28.5.2", ROOTED, **{key: value})} == flags


def test_a_command_line_is_that_of_its_root() -> None:
    real = resolved(line("28.5.2", ROOTED), "/tmp/dk")
    assert real[0] == f"/tmp/dk{FOLDER}/dockerd"
    assert option(real, "-H") == "unix:///tmp/dk/run/docker.sock"
    assert stored(real, "/tmp/dk") == line("28.5.2", ROOTED)
    assert stored(resolved(line("28.5.2"), ""), "") == line("28.5.2")


@given(
    st.lists(st.sampled_from(["/tmp/dk/x", "unix:///tmp/dk/x", "/tmp/dkx", "/x", "--a=/x", "-D"])),
    st.sampled_from(["", "/tmp/dk"]),
)
def test_storing_an_observed_command_line_loses_nothing(argv: list[str], root: str) -> None:
    assert resolved(stored(argv, root), root) == argv


@pytest.mark.parametrize(
    ("argv", "value"),
    [
        ((), None),
        (("--data-root", "/x"), "/x"),
        (("--data-root=/x",), "/x"),
        (("-g", "/x"), "/x"),
        (("--data-root=/x", "-g", "/y"), "/y"),
        (("--data-root",), None),
        (("--data-rooted=/x",), None),
    ],
)
def test_a_flag_is_read_in_all_its_spellings(argv: tuple[str, ...], value: str | None) -> None:
    assert option(argv, "--data-root", "--graph", "-g") == value


def test_the_version_s_own_folder_comes_first_on_path() -> None:
    path = environment("/v", {"PATH": "/home/me/bin:/usr/bin"})["PATH"].split(":")
    assert path[:3] == ["/v", "/home/me/bin", "/usr/bin"]
    assert {"/usr/sbin", "/sbin"} <= {*path}  # iptables is there, and not on every user's path
    assert len(path) == len({*path})


def test_of_our_environment_only_what_an_engine_needs_goes_along() -> None:
    ours = {
        "HTTPS_PROXY": "http://proxy:3128",
        "no_proxy": "localhost",
        "SSL_CERT_FILE": "/etc/ca.pem",
        "DOCKER_HOST": "tcp://elsewhere",
        "NOTIFY_SOCKET": "/run/systemd/notify",
        "HOME": "/root",
        "AWS_SECRET_ACCESS_KEY": "x",
    }
    kept = environment("/v", ours)
    assert {*kept} == {"PATH", "HTTPS_PROXY", "no_proxy", "SSL_CERT_FILE"}


@pytest.mark.parametrize("length", [71, 72])
def test_an_exec_root_of_more_than_71_bytes_is_refused(length: int) -> None:
    root = "/" + "r" * (length - len("/run/docker") - 1)
    layout = Layout.of_system(root=root)
    if length == 71:
        check_root(layout)
        return
    with pytest.raises(RootTooLong) as raised:
        check_root(layout)
    assert raised.value.exit == 2
    assert "has 72 bytes and may have 71" in raised.value.details


def test_the_exec_root_of_daemon_json_is_the_one_that_counts() -> None:
    config = DaemonConfig.of({"exec-root": f"/{'r' * 80}"}, SYSTEM, SYSTEM.engine_config)
    with pytest.raises(RootTooLong):
        check_root(SYSTEM, config)


def test_without_root_the_proxy_is_found_on_path_and_the_first_were_experiments() -> None:
    own = Layout.of_user(env={"HOME": "/home/a"}, uid=1000)
    assert option(line("28.5.2", own), "--userland-proxy-path") is None
    assert "--experimental" in line("19.03.15", own)
    assert "--experimental" not in line("19.03.15", own, experimental=True)
    assert "--experimental" not in line("20.10.0", own)
    assert "--experimental" not in line("19.03.15")


def test_an_engine_that_has_no_iptables_is_told_so() -> None:
    config = DaemonConfig.of({}, SYSTEM, SYSTEM.engine_config)
    old, new = (Version.parse(each) for each in ("19.03.15", "28.5.2"))
    assert without_iptables(old, config) == ("--iptables=false",)
    assert without_iptables(new, config) == ("--iptables=false", "--ip6tables=false")
    config = DaemonConfig.of({"iptables": True}, SYSTEM, SYSTEM.engine_config)
    assert without_iptables(new, config) == ("--ip6tables=false",)
