"""macOS and Windows, as far as they can be shown without them: see `foreign.py`."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dockswitch.cli.env import native
from dockswitch.model.layout import Layout
from dockswitch.system import pointers
from dockswitch.system.commands import merged, places
from tests.cli.program import REPOSITORY, Said
from tests.system.archives import file, tgz

FOREIGN = Path(__file__).parent / "foreign.py"
SYSTEMS = ("darwin", "win32")
Run = Callable[..., Said]


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """Two versions of the client, as Docker lays them out for each system."""
    for version in ("98.0.1", "98.0.2"):
        client = f"#!/bin/sh\necho {version}\n".encode()
        mac = tmp_path / "mirror/mac/static/stable/aarch64" / f"docker-{version}.tgz"
        win = tmp_path / "mirror/win/static/stable/x86_64" / f"docker-{version}.zip"
        for archive in (mac, win):
            archive.parent.mkdir(parents=True, exist_ok=True)
        mac.write_bytes(tgz(file("docker/docker", client)))
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w") as packed:
            packed.writestr("docker/docker.exe", client)
            packed.writestr("docker/dockerd.exe", b"engine")
        win.write_bytes(zipped.getvalue())
    return tmp_path / "mirror"


@pytest.fixture
def run(system: str, tmp_path: Path, mirror: Path) -> Run:
    home = tmp_path / "home"
    (home / "bin").mkdir(parents=True)

    def run(*words: str, **env: str) -> Said:
        done = subprocess.run(
            [sys.executable, str(FOREIGN), system, *words],
            env=_environment(home, mirror, env),
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return run


def _environment(home: Path, mirror: Path, more: dict[str, str]) -> dict[str, str]:
    return {
        "PATH": str(home / "bin"),
        "HOME": str(home),
        "USERPROFILE": str(home),
        "LOCALAPPDATA": f"{home}/AppData/Local",
        "APPDATA": f"{home}/AppData/Roaming",
        "PYTHONPATH": str(REPOSITORY),
        "DOCKSWITCH_MIRROR": mirror.as_uri(),
        **more,
    }


def _state(system: str, home: Path) -> Path:
    kept = {"darwin": ".local/share/dockswitch", "win32": "AppData/Local/dockswitch/state"}
    return home / kept[system]


def test_what_only_looks_works_where_the_modules_of_linux_are_missing(run: Run) -> None:
    assert run("--version").code == 0
    assert "list-remote" in run("--help").out
    assert run("list").code == 0
    found = run("resolve", "17.06.0-ce", "--backend", "machine", "--offline")
    assert (found.code, "boot2docker.iso" in found.out) == (0, True), found.err
    assert "DOCKER_HOST" in run("env").out
    status = run("status", "--json")
    assert (status.code, status.json["installed"]) == (0, None)
    refused = run("list", "--system")
    assert (refused.code, "leave out --system" in refused.err) == (2, True)


def test_use_without_a_backend_names_the_commands_to_type(
    run: Run, system: str, tmp_path: Path
) -> None:
    none = run("use", "stable", "--json")
    assert (none.code, none.error["code"]) == (2, "usage")
    assert "`dockswitch use stable --backend lima`" in none.error["hint"]
    assert "`dockswitch use stable --client-only`" in none.error["hint"]
    for name in ("limactl", "docker-machine"):
        program = tmp_path / "home/bin" / (name if system == "darwin" else f"{name}.exe")
        program.touch(0o755)
    path = {"PATH": str(tmp_path / "home/bin")}
    hint = run("use", "17.06.0-ce", "--json", **path).error["hint"].splitlines()
    best = ["lima", "machine"] if system == "darwin" else ["machine", "lima"]
    assert hint == [f"`dockswitch use 17.06.0-ce --backend {keeper}`" for keeper in best]
    late = run("use", "98.0.1", "--json", **path).error
    assert "--backend machine" not in late["hint"]
    assert "19.03.12" in late["details"]
    static = run("use", "98.0.1", "--backend", "static")
    assert (static.code, "--client-only links the client" in static.err) == (18, True)


def test_the_client_alone_is_switched_and_rolled_back(
    run: Run, system: str, tmp_path: Path
) -> None:
    for version in ("98.0.1", "98.0.2"):
        used = run("use", version, "--client-only")
        assert used.code == 0, used.err
    state = _state(system, tmp_path / "home")
    assert run("current").out == "98.0.2\n"
    assert run("rollback").code == 0
    assert run("current").out == "98.0.1\n"
    kept = json.loads(run("list", "--json").out)["installed"]
    assert [(each["version"], each["current"]) for each in kept] == [
        ("98.0.1", True),
        ("98.0.2", False),
    ]
    status = run("status", "--json").json
    assert (status["installed"], status["drift"]) == ("98.0.1", [])
    if system == "darwin":
        assert (tmp_path / "home/.local/bin/docker").resolve().parent.parent == state / "versions"
        return
    batch = (state.parent / "bin/docker.cmd").read_bytes()
    assert pointers.target(batch) == "../state/current/docker.exe"
    assert b'set /p dockswitch_to=<"%~dp0..\\state\\current"\r\n' in batch
    leads = (state / "current").read_bytes().split(b"\r\n")[0].decode()
    assert (state / leads / "docker.exe").is_file()


def test_one_change_at_a_time_there_too(run: Run, system: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    holds = (
        f"import sys; sys.path.insert(0, {str(FOREIGN.parent)!r}); import foreign\n"
        f"foreign.become({system!r}); from dockswitch.system.locks import locked\n"
        f"with locked({str(_state(system, home) / 'lock')!r}, wait=1):\n"
        "    print('held', flush=True); input()\n"
    )
    argv = [sys.executable, "-c", holds]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, env=env, stdin=pipe, stdout=pipe, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        second = subprocess.run(
            [sys.executable, "-c", holds.replace("wait=1", "wait=0")],
            env=env,
            input="\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "LockBusy" in second.stderr
        holder.communicate("\n")
    assert run("recover").code == 0


def test_windows_has_two_folders_for_one_person_and_a_root_has_no_drive() -> None:
    env = {
        "USERPROFILE": "C:\\Users\\Jo Li",
        "LOCALAPPDATA": "C:\\Users\\Jo Li\\AppData\\Local",
        "APPDATA": "C:\\Users\\Jo Li\\AppData\\Roaming",
        "LIMA_HOME": "D:\\lima\\",
    }
    layout = Layout.of(root="", user=False, env=env, uid=0, system="win32")
    assert (layout.scope, layout.state) == (
        "user",
        "C:/Users/Jo Li/AppData/Local/dockswitch/state",
    )
    assert layout.cache == "C:/Users/Jo Li/AppData/Local/dockswitch/cache"
    assert layout.bin == "C:/Users/Jo Li/AppData/Local/dockswitch/bin"
    assert layout.settings == "C:/Users/Jo Li/AppData/Roaming/dockswitch/settings.yaml"
    assert (layout.machines, layout.lima) == ("C:/Users/Jo Li/.docker/machine", "D:/lima")
    below = Layout.of(root="/r", user=False, env=env, uid=0, system="win32")
    assert below.real(below.lima) == "/r/D/lima"
    assert below.stored(below.real(below.state)) == below.state


def test_macos_has_the_places_of_linux_and_no_system_scope() -> None:
    env = {"HOME": "/Users/jo", "XDG_CONFIG_HOME": "/Users/jo/etc"}
    mac = Layout.of(root="", user=False, env=env, uid=501, system="darwin")
    linux = Layout.of(root="", user=True, env=env, uid=501, system="linux")
    assert mac.scope == "user"
    for name in ("state", "cache", "config", "bin", "machines", "lima", "plugins"):
        assert getattr(mac, name) == getattr(linux, name)
    assert Layout.of(root="", user=False, env=env, uid=0, system="linux").scope == "system"


PROGRAMS: list[tuple[str, str, str, str, list[str]]] = [
    ("linux", "docker", "/a:/b", "", ["/a/docker", "/b/docker"]),
    ("darwin", "docker", "/a::/b", "", ["/a/docker", "/b/docker"]),
    ("darwin", "/x/docker", "/a", "", ["/x/docker"]),
    ("win32", "docker", 'C:\\a;"D:\\b c"', ".EXE", ["C:\\a\\docker.exe", "D:\\b c\\docker.exe"]),
    ("win32", "docker.exe", "C:\\a", ".COM;.EXE", ["C:\\a\\docker.exe"]),
    ("win32", "d-1.2", "C:\\a", ".CMD", ["C:\\a\\d-1.2.cmd"]),
    ("win32", "docker", ".;C:\\a", ".EXE", ["C:\\a\\docker.exe"]),  # never the working folder
    ("win32", "C:/x/docker.exe", "C:\\a", ".EXE", ["C:/x/docker.exe"]),
]


@pytest.mark.parametrize(("system", "name", "path", "endings", "found"), PROGRAMS)
def test_programs_are_found_as_each_system_finds_them(
    system: str, name: str, path: str, endings: str, found: list[str]
) -> None:
    assert places(name, path, system=system, endings=endings) == found


def test_windows_knows_one_variable_in_any_case() -> None:
    was = {"Path": "C:\\a", "machine_debug": "1", "LANG": "de"}
    added = {"PATH": "C:\\b", "MACHINE_DEBUG": None}
    assert merged(was, added, system="win32") == {"PATH": "C:\\b", "LANG": "de"}
    assert merged(was, added, system="linux") == {**was, "PATH": "C:\\b"}


def test_each_shell_has_a_folder_of_windows_in_its_own_words() -> None:
    folder = "C:/Users/Jo & Li/bin"
    assert native("cmd", folder) == "C:\\Users\\Jo & Li\\bin"
    assert native("powershell", folder) == "C:\\Users\\Jo & Li\\bin"
    assert native("sh", folder) == "/c/Users/Jo & Li/bin"
    assert native("sh", "/home/jo:x/bin") == "/home/jo:x/bin"
