"""Where a setting comes from: command line, environment, pin, files, built in; the first counts."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from dockswitch.model.settings import BUILT_IN, settle
from tests.cli import mirror as mirrors
from tests.cli.program import Program
from tests.system.server import Asked, Reply, Server, serving

USERS, SYSTEMS = ("/home/settings.yaml", "mirror: U"), ("/etc/settings.yaml", "mirror: S")
VARIABLE = {"DOCKSWITCH_MIRROR": "V"}
RANKS: list[tuple[Mapping[str, str], Mapping[str, str], list[tuple[str, str]], str, str]] = [
    ({"mirror": "C"}, VARIABLE, [USERS, SYSTEMS], "C", "command line"),
    ({}, VARIABLE, [USERS, SYSTEMS], "V", "DOCKSWITCH_MIRROR"),
    ({}, {}, [USERS, SYSTEMS], "U", "/home/settings.yaml"),
    ({}, {}, [("/home/settings.yaml", "offline: yes"), SYSTEMS], "S", "/etc/settings.yaml"),
    ({}, {}, [], BUILT_IN["mirror"], "built in"),
]


@pytest.mark.parametrize(("given", "env", "files", "value", "origin"), RANKS)
def test_the_first_that_says_something_counts(
    given: Mapping[str, str],
    env: Mapping[str, str],
    files: list[tuple[str, str]],
    value: str,
    origin: str,
) -> None:
    mirror = settle(given, env, files)["mirror"]
    assert (mirror.value, mirror.origin) == (value, origin)


def written(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def settings(program: Program, *words: str, **env: str) -> dict[str, tuple[str, str]]:
    """What `settings` shows: name → value and origin."""
    found = program("settings", "--json", *words, **env).json["settings"]
    return {name: (each["value"], each["origin"]) for name, each in found.items()}


def test_each_setting_is_shown_with_where_it_came_from(bare: Program) -> None:
    path = written(
        bare.root / "etc/dockswitch/settings.yaml",
        "offline: true\nallow-http: [m.example, n.example]\nbackend: static\n",
    )
    found = settings(bare, "--yes", DOCKSWITCH_BACKEND="static", DOCKSWITCH_MIRROR="file:///env")
    assert found["yes"] == ("yes", "command line")
    assert found["backend"] == ("static", "DOCKSWITCH_BACKEND")
    assert found["mirror"] == ("file:///env", "DOCKSWITCH_MIRROR")
    assert found["offline"] == ("yes", path)
    assert found["allow_http"] == ("m.example n.example", path)
    assert found["log"] == ("", "built in")
    assert set(found) == set(BUILT_IN)
    lines = bare("settings").lines
    assert [line.split()[0] for line in lines] == [*BUILT_IN, "root", "state"]


def test_the_users_own_file_is_read_where_there_is_no_root(bare: Program) -> None:
    path = written(bare.home / ".config/dockswitch/settings.yaml", "backend: static\n")
    assert settings(bare, DOCKSWITCH_ROOT="")["backend"] == ("static", path)
    assert settings(bare)["backend"] == ("", "built in")
    elsewhere = written(bare.home / "xdg/dockswitch/settings.yaml", "offline: yes\n")
    found = settings(bare, DOCKSWITCH_ROOT="", XDG_CONFIG_HOME=str(bare.home / "xdg"))
    assert (found["offline"], found["backend"]) == (("yes", elsewhere), ("", "built in"))


def test_the_root_is_the_command_lines_before_the_environments(bare: Program) -> None:
    other = bare.home / "other"
    for words, root in (([], bare.root), (["--root", str(other)], other)):
        found = bare("settings", *words, "--json").json
        assert found["root"] == str(root)
        assert found["state"] == f"{root}/var/lib/dockswitch"
    assert bare("settings", "--root", "other", "--json").json["root"] == str(other)


def test_the_users_scope_lives_in_the_users_folders(bare: Program) -> None:
    found = bare("settings", "--user", "--json", DOCKSWITCH_ROOT="").json
    assert (found["scope"], found["root"]) == ("user", "/")
    assert found["state"] == f"{bare.home}/.local/share/dockswitch"
    moved = bare("settings", "--user", "--json", DOCKSWITCH_ROOT="", XDG_DATA_HOME="/srv/data")
    assert moved.json["state"] == "/srv/data/dockswitch"


def test_a_mirror_of_the_command_line_is_taken_before_the_environments(
    bare: Program, mirror: Path
) -> None:
    said = bare("list-remote", "test", "--mirror", f"file://{mirror}", "--json")
    assert [each["version"] for each in said.json["releases"]] == ["98.1.0", "99.0.0-rc.1"]
    assert all(each["proven"] for each in said.json["releases"])


def test_a_site_adds_a_channel_and_a_file_by_name_another(
    program: Program, mirror: Path, tmp_path: Path
) -> None:
    place = mirrors.place(mirror, "test")
    text = "channels:\n  {}:\n    note: {}\n    static: {{linux: [x86_64, aarch64], address: {}}}\n"
    written(
        program.root / "etc/dockswitch/channels.yaml",
        text.format("corp", "tested by us", f"file://{place}"),
    )
    path = written(tmp_path / "more.yaml", text.format("lab", "of the lab", f"file://{place}"))
    for words, env in (
        (["--channels", path], {}),
        ([], {"DOCKSWITCH_CHANNELS": path}),
    ):
        names = [
            each["channel"]
            for each in program("channels", "--json", *words, **env).json["channels"]
        ]
        assert names == ["stable", "test", "edge", "nightly", "distro", "corp", "lab"]
    assert program("resolve", "corp", "--json").json["version"] == "99.0.0-rc.1"
    assert program("use", "lab", "98.1.0", "--no-start", "--channels", path).code == 0
    assert program("use", "lab", "98.1.0", "--no-start").code == 2


@pytest.mark.parametrize("how", ["--offline", "DOCKSWITCH_OFFLINE=1", "offline: on"])
def test_offline_asks_nobody(how: str, program: Program, server: Server) -> None:
    words, env = [], {"DOCKSWITCH_MIRROR": server.url}
    if how.startswith("--"):
        words.append(how)
    elif "=" in how:
        env["DOCKSWITCH_OFFLINE"] = "1"
    else:
        written(program.root / "etc/dockswitch/settings.yaml", how)
    assert program("list-remote", "stable", *words, **env).code == 0
    assert program("install", "28.5.2", *words, **env).code == 17
    assert server.asked == []


def test_what_is_done_and_what_fails_stands_in_the_log(program: Program, tmp_path: Path) -> None:
    log = tmp_path / "log"
    env = {"DOCKSWITCH_LOG": str(log)}
    assert program("use", "98.0.1", "--no-start", **env).err == ""
    assert program("use", "98.0.10", "--quiet", **env).code == 11
    assert program("use", "stable", "--frob", **env).code == 2
    lines = log.read_text().splitlines()
    assert all(line[:4].isdigit() and line[20] == " " for line in lines)
    said = "\n".join(line.partition("] ")[2] for line in lines)
    assert "use: fetching docker-98.0.1.tgz" in said
    assert "use: link /var/lib/dockswitch/current to versions/98.0.1-" in said
    assert "use: error not-published: there is no release for '98.0.10'" in said


def test_a_log_that_cannot_be_written_stops_nothing(program: Program) -> None:
    assert program("install", "98.0.1", DOCKSWITCH_LOG="/nowhere/log").code == 0


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy"])
def test_a_proxy_is_asked_in_the_mirrors_place(name: str, program: Program, mirror: Path) -> None:
    index = mirrors.answers(mirror)

    def proxied(asked: Asked) -> Reply:
        path = asked.path.removeprefix("http://mirror.example")
        assert path != asked.path
        return index(Asked(path, asked.headers, asked.count))

    with serving(proxied) as server:
        env = {name: server.url, "DOCKSWITCH_MIRROR": "http://mirror.example"}
        said = program("install", "98.0.1", "--allow-http", "mirror.example", **env)
        assert (said.code, said.err) == (0, "")
        assert server.asked


def test_no_proxy_names_what_is_asked_directly(program: Program, server: Server) -> None:
    env = {"HTTP_PROXY": "http://127.0.0.1:1", "DOCKSWITCH_MIRROR": server.url}
    assert program("install", "98.0.1", NO_PROXY="127.0.0.1", **env).code == 0


def test_netrc_opens_a_server_that_wants_a_name(program: Program, mirror: Path) -> None:
    index = mirrors.answers(mirror)

    def guarded(asked: Asked) -> Reply:
        return index(asked) if "Authorization" in asked.headers else Reply(b"who?", 401)

    netrc = written(program.home / "netrc", "machine 127.0.0.1 login me password geheim\n")
    with serving(guarded) as server:
        env = {"DOCKSWITCH_MIRROR": server.url}
        assert program("install", "98.0.1", **env).code != 0
        assert program("install", "98.0.1", NETRC=netrc, **env).code == 0
