"""What a daemon.json decides, and what is said of one that no engine starts with."""

import json
from pathlib import Path

import pytest

from dockswitch.engine.daemon_config import (
    BadDaemonConfig,
    DaemonConfig,
    OutsideRoot,
    own_config_step,
)
from dockswitch.model.layout import Layout
from dockswitch.model.step import File
from tests.engine.conftest import here

SYSTEM = Layout.of_system()
ROOTED = Layout.of_system(root="/tmp/dk")


def of(layout: Layout = SYSTEM, **keys: object) -> DaemonConfig:
    spelled = {key.replace("_", "-"): value for key, value in keys.items()}
    return DaemonConfig.of(spelled, layout, layout.engine_config)


def reading(root: Path, content: bytes) -> DaemonConfig:
    (root / "etc/docker").mkdir(parents=True)
    (root / "etc/docker/daemon.json").write_bytes(content)
    return DaemonConfig.read(here(root))


def test_without_a_file_of_the_machine_s_ours_is_used_and_decides_nothing(tmp_path: Path) -> None:
    layout = here(tmp_path).layout
    found = DaemonConfig.read(here(tmp_path))
    assert found.path == layout.own_engine_config
    assert found.keys == frozenset()
    assert found.socket == layout.socket
    assert found.data_root == layout.data_root
    assert found.exec_root == layout.exec_root
    assert found.pidfile == layout.pidfile
    assert own_config_step(layout) == File(layout.own_engine_config, "{}\n")


def test_the_machine_s_file_decides_where_it_says_something(tmp_path: Path) -> None:
    places = {
        "data-root": f"{tmp_path}/data",
        "exec-root": f"{tmp_path}/exec",
        "pidfile": f"{tmp_path}/pid",
        "hosts": ["tcp://127.0.0.1:2375", f"unix://{tmp_path}/a.sock", f"unix://{tmp_path}/b.sock"],
        "live-restore": True,
        "debug": True,
        "shutdown-timeout": 60,
    }
    found = reading(tmp_path, json.dumps(places).encode())
    assert found == DaemonConfig(
        path="/etc/docker/daemon.json",
        keys=frozenset(places),
        socket="/a.sock",
        data_root="/data",
        exec_root="/exec",
        pidfile="/pid",
        live_restore=True,
        grace=60,
    )


@pytest.mark.parametrize(
    ("hosts", "socket"),
    [
        (["unix:///srv/d.sock"], "/srv/d.sock"),
        (["tcp://:2375", "unix://"], "/var/run/docker.sock"),
        (["unix://run/d.sock"], "/run/d.sock"),
    ],
)
def test_the_first_unix_socket_is_ours_to_ask(hosts: list[str], socket: str) -> None:
    assert of(hosts=hosts).socket == socket


def test_the_old_name_of_the_data_root_counts(tmp_path: Path) -> None:
    assert of(graph="/mnt/docker").data_root == "/mnt/docker"
    assert of(graph="/mnt/docker", data_root="/mnt/new").data_root == "/mnt/new"


def test_an_endless_grace_is_ten_minutes() -> None:
    assert of(shutdown_timeout=-1).grace == 600


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{\n  "debug": true,\n  debug\n}', "line 3, column 3: expecting property name"),
        (b"{", "line 1, column 2: expecting property name"),
        (b" \n", "it is empty; older engines demand at least {}"),
        (b"[]", "it holds no JSON object"),
        (b'{"data-root": 1}', "'data-root' is no text"),
        (b'{"hosts": "unix:///x"}', "'hosts' is no list of texts"),
        (b'{"hosts": ["fd://"]}', "'hosts' names no unix socket"),
        (b'{"shutdown-timeout": "1m"}', "'shutdown-timeout' is no number"),
    ],
)
def test_a_mistake_is_told_with_its_place(content: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(BadDaemonConfig) as raised:
        reading(tmp_path, content)
    assert raised.value.message == (
        f"{tmp_path}/etc/docker/daemon.json is not a configuration that an engine starts with"
    )
    assert raised.value.details.startswith(why)
    assert "nothing was stopped" in raised.value.hint


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert reading(tmp_path, b"\xef\xbb\xbf{}").keys == frozenset()


@pytest.mark.parametrize("path", ["/var/lib/docker", "/tmp/dk/../data", "/tmp/dkx", "data"])
def test_under_a_root_nothing_leads_out_of_it(path: str) -> None:
    with pytest.raises(OutsideRoot) as raised:
        of(ROOTED, data_root=path)
    assert raised.value.exit == 2
    assert raised.value.details == f"'data-root' is {path}, which does not lie below /tmp/dk"


def test_under_a_root_a_place_below_it_is_a_path_inside() -> None:
    assert of(ROOTED, data_root="/tmp/dk/data").data_root == "/data"
