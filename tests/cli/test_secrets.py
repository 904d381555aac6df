"""Secrets in addresses are never shown, logged or stored; the whole root is searched for them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli import mirror as mirrors
from tests.cli.program import Program, Said
from tests.system.server import Asked, Reply, Server, serving

PASSWORD, TOKEN = "pa55-w0rd", "t0k3n-of-ours"
SECRETS = (PASSWORD, TOKEN)


@pytest.fixture
def guarded(mirror: Path) -> Iterator[Server]:
    """The mirror, for those who bring the name and password, or the token, each time."""
    index = mirrors.answers(mirror)

    def answer(asked: Asked) -> Reply:
        known = "Authorization" in asked.headers or asked.path.endswith(f"/?token={TOKEN}")
        known = known or asked.path.endswith(f".tgz?token={TOKEN}")
        return index(asked) if known else Reply(b"who?", 401)

    with serving(answer) as server:
        yield server


def with_password(server: Server) -> dict[str, str]:
    address = server.url.replace("://", f"://me:{PASSWORD}@")
    return {
        "DOCKSWITCH_MIRROR": address,
        "DOCKSWITCH_IMAGE_MIRROR": f"{address}/images",
        "DOCKSWITCH_APT_MIRROR": f"{address}/linux/{{distribution}}",
    }


def with_token(server: Server) -> dict[str, str]:
    """A token where addresses can have one: in those that are laid out one by one."""
    static = f"{server.url}/linux/static/{{channel}}/{{arch}}/?token={TOKEN}"
    return {"DOCKSWITCH_STATIC_MIRROR": static}


HOW: dict[str, Callable[[Server], dict[str, str]]] = {
    "password": with_password,
    "token": with_token,
}
LINES = [
    "settings",
    "channels",
    "list-remote",
    "resolve stable --why",
    "resolve 24.0.9",
    "use 98.0.1 --dry-run",
    "use 98.0.1 --no-start -v",
    "use 28.5.2 --no-start",
    "use 98.0.2 --no-start --verify signed",
    "use 98.0.2 --no-start --progress always",
    "use 98.0.2 --no-start",
    "install 98.0.10",
    "upgrade",
    "rollback",
    "list",
    "history",
    "status",
    "outdated",
    "where 17.05.0-ce",
    "uninstall 98.0.2",
    "list-remote --offline",
    "install 28.5.2 --offline",
]


def clean(said: Said) -> None:
    for secret in SECRETS:
        assert secret not in said.out
        assert secret not in said.err


def stored(*folders: Path) -> str:
    """Every name, link and content below."""
    found = []
    for folder in folders:
        for path in folder.rglob("*"):
            found.append(str(path))
            if path.is_symlink():
                found.append(str(path.readlink()))
            elif path.is_file():
                found.append(path.read_bytes().decode(errors="replace"))
    return "\n".join(found)


@pytest.mark.parametrize("how", HOW)
def test_no_secret_is_shown_or_stored(how: str, bare: Program, guarded: Server) -> None:
    program = bare.given(DOCKSWITCH_LOG=str(bare.root / "log"), **HOW[how](guarded))
    codes = {}
    for line in LINES:
        for form in ([], ["--json"]):
            said = program(*line.split(), *form)
            clean(said)
            codes[line] = said.code
    # It worked, so the secrets were used.
    assert codes["use 98.0.2 --no-start"] == 0, program("use", "98.0.2", "--no-start").err
    assert codes["use 28.5.2 --no-start"] == 12
    kept = stored(bare.root, bare.home)
    assert "docker-98.0.1.tgz" in kept
    for secret in SECRETS:
        assert secret not in kept


@pytest.mark.parametrize("backend", ["apt", "machine"])
def test_nor_by_the_other_backends(backend: str, bare: Program, guarded: Server) -> None:
    program = bare.given(DOCKSWITCH_LOG=str(bare.root / "log"), **with_password(guarded))
    words = ["--backend", backend, "--for", "ubuntu:jammy/amd64", "--verify", "tls"]
    for form in ([], ["--json"]):
        listed = program("list-remote", "test", *words, *form)
        resolved = program("resolve", "test", "--why", *words, *form)
        assert (listed.code, resolved.code) == (0, 0)
        clean(listed)
        clean(resolved)
    kept = stored(bare.root, bare.home)
    assert not [secret for secret in SECRETS if secret in kept]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_server_that_fails_is_told_without_them(status: int, bare: Program) -> None:
    with serving(lambda asked: Reply(b"no", status)) as server:
        for how in HOW.values():
            program = bare.given(DOCKSWITCH_LOG=str(bare.root / "log"), **how(server))
            said = program("install", "98.0.1")
            assert said.code != 0
            clean(said)
            if status == 500:
                break  # it is asked anew for some seconds; once shows it
    assert not [secret for secret in SECRETS if secret in stored(bare.root, bare.home)]


@pytest.mark.parametrize(
    "address",
    [
        f"ftp://me:{PASSWORD}@m.example/",
        f"http://me:{PASSWORD}@m.example/?token={TOKEN}",
        f"https://me:{PASSWORD}@[::1/docker",
        f"me:{PASSWORD}@m.example",
    ],
)
def test_an_address_that_is_refused_is_told_without_them(address: str, bare: Program) -> None:
    for line in ("list-remote", "settings", "use 98 --dry-run"):
        for form in ([], ["--json"]):
            clean(bare(*line.split(), *form, "--mirror", address))
            clean(bare(*line.split(), *form, DOCKSWITCH_MIRROR=address))


def test_nor_where_they_stand_in_a_sites_files(bare: Program, guarded: Server) -> None:
    address = guarded.url.replace("://", f"://me:{PASSWORD}@")
    (bare.root / "etc/dockswitch").mkdir(parents=True)
    (bare.root / "etc/dockswitch/channels.yaml").write_text(
        "channels:\n  corp:\n    static:\n      linux: [x86_64, aarch64]\n"
        f"      address: {address}/linux/static/test/{{arch}}/\n"
    )
    said = bare("install", "corp", "98.1.0", "--json")
    assert (said.code, said.json["version"]) == (0, "98.1.0")
    for line in ("channels", "resolve corp --why", "list-remote corp", "use corp --dry-run"):
        for form in ([], ["--json"]):
            clean(bare(*line.split(), *form))
    assert PASSWORD not in stored(bare.root / "var")
