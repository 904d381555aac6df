"""A partial mirror, as whoever keeps it sees it."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from dockswitch.system import locks
from tests.cli.partial_mirror.folder import AMD, ARM, POOL, Mirror, flip, good
from tests.system.server import Asked, Reply, Server, serving
from tests.upstream import SUITE, Upstream, of_two_moments

pytestmark = pytest.mark.skipif(
    not (shutil.which("gpg") and shutil.which("gpgv")), reason="gpg and gpgv are not installed"
)


def test_it_has_what_was_asked_for_and_no_other_release(mirror: Mirror) -> None:
    said = good(mirror("stable", *AMD, "--json")).json
    assert sorted(path for path in mirror.files if "/pool/" in path or "static" in path) == [
        f"{POOL}/stable/amd64/containerd.io_1.7.28-1_amd64.deb",
        f"{POOL}/stable/amd64/containerd.io_2.1.0-1_amd64.deb",  # what apt itself would take
        f"{POOL}/stable/amd64/docker-ce-cli_98.0.2-1~debian.12~bookworm_amd64.deb",
        f"{POOL}/stable/amd64/docker-ce_98.0.2-1~debian.12~bookworm_amd64.deb",
        "linux/static/stable/x86_64/docker-98.0.2.tgz",
        "linux/static/stable/x86_64/docker-rootless-extras-98.0.2.tgz",
    ]
    assert (said["changed"], said["kept"], said["trust"]) == (True, 0, "tls")
    trusts = {each["place"]: each["trust"] for each in said["fetched"]}
    assert {trust for place, trust in trusts.items() if "/pool/" in place} == {"signed"}


def test_its_index_is_the_original_byte_for_byte(mirror: Mirror, upstream: Upstream) -> None:
    good(mirror("stable", *AMD))
    index = {path for path in mirror.files if path.startswith(SUITE) and "/pool/" not in path}
    assert index == {
        *(f"{SUITE}/{name}" for name in ("InRelease", "Release", "Release.gpg")),
        *(f"{SUITE}/stable/binary-amd64/Packages{form}" for form in ("", ".gz")),
    }
    for path in (*index, "linux/debian/gpg"):
        assert mirror.files[path] == (upstream.root / path).read_bytes()


def test_dockswitch_lists_and_installs_from_it(mirror: Mirror) -> None:
    good(mirror("stable", "test", *AMD, *ARM))
    for host in ("linux/amd64", "linux/aarch64"):
        listed = good(mirror.read("list-remote", "--for", host, "--json")).json["releases"]
        assert [(each["version"], each["channel"]) for each in listed] == [
            ("98.0.2", "stable"),
            ("98.1.0", "test"),
        ]
    found = good(mirror.read("resolve", "test", "--backend", "apt", *ARM, "--json")).json
    assert (found["version"], found["trust"]) == ("98.1.0", "signed")


def test_a_second_run_fetches_nothing(mirror: Mirror, server: Server) -> None:
    words = ("stable", "test", *AMD, "--json")
    good(mirror(*words, DOCKSWITCH_MIRROR=server.url))
    before, asked = mirror.files, len(server.asked)
    said = good(mirror(*words, DOCKSWITCH_MIRROR=server.url)).json
    assert (said["changed"], said["fetched"], said["bytes"]) == (False, [], 0)
    assert mirror.files == before
    assert not [e.path for e in server.asked[asked:] if e.path.endswith((".tgz", ".deb"))]
    fetched = [each.path for each in server.asked if each.path.endswith((".tgz", ".deb"))]
    assert len(fetched) == len(set(fetched))


def test_a_run_for_more_adds_what_is_new(mirror: Mirror) -> None:
    good(mirror("stable", *AMD))
    before = mirror.files
    said = good(mirror("stable", "98.0.1", *AMD, "--json")).json
    assert said["kept"] == 6
    assert {each["place"].rpartition("/")[2] for each in said["fetched"]} == {
        "docker-98.0.1.tgz",
        "docker-ce_98.0.1-1~debian.12~bookworm_amd64.deb",
        "docker-ce-cli_98.0.1-1~debian.12~bookworm_amd64.deb",
    }
    assert before.items() <= mirror.files.items()


def test_parts_that_are_there_already_move_on_with_the_suite(
    mirror: Mirror, upstream: Upstream
) -> None:
    good(mirror("stable", *AMD))
    upstream.release("stable", "98.0.3", "1.7.28-1")
    upstream.sign()
    good(mirror("test", *AMD))  # of which the new InRelease is, as it is of stable
    assert of_two_moments(mirror.folder) is None
    assert f"{SUITE}/stable/binary-amd64/Packages" in mirror.files
    assert b"98.0.3" in mirror.files[f"{SUITE}/stable/binary-amd64/Packages"]


def test_prune_removes_what_nothing_needs_and_no_file_of_others(mirror: Mirror) -> None:
    good(mirror("stable", "test", *AMD, *ARM))
    theirs = mirror.folder / "linux/static/test/x86_64/notes.txt"
    theirs.write_text("mine")
    would = good(mirror("98.0.2", *AMD, "--prune", "--dry-run", "--json")).json
    assert theirs.parent.joinpath("docker-98.1.0.tgz").exists()
    said = good(mirror("98.0.2", *AMD, "--prune", "--json")).json
    assert said["removed"] == would["removed"] != []
    left = {path for path in mirror.files if "arm64" in path or "aarch64" in path or "test" in path}
    assert left == {"linux/static/test/x86_64/notes.txt"}
    assert not (mirror.folder / "linux/static/stable/aarch64").exists()
    assert of_two_moments(mirror.folder) is None
    again = good(mirror("98.0.2", *AMD, "--prune", "--json")).json
    assert again["changed"] is False


def test_a_dry_run_says_what_would_come_and_touches_nothing(
    mirror: Mirror, upstream: Upstream
) -> None:
    said = good(mirror("stable", *AMD, "--dry-run", "--json")).json
    assert not mirror.folder.exists()
    sizes = {each["place"]: each["bytes"] for each in said["fetched"]}
    assert sizes == {place: (upstream.root / place).stat().st_size for place in sizes}
    assert (said["changed"], said["bytes"]) == (True, sum(sizes.values()))


def test_people_are_told_who_may_read_it_how(mirror: Mirror) -> None:
    said = good(mirror("stable", *AMD, *ARM))
    assert f"DOCKSWITCH_MIRROR=file://{mirror.folder} has dockswitch read it" in said.lines
    place = f"{mirror.folder}/linux/debian"
    for arch in ("amd64", "arm64"):
        source = f"deb [arch={arch} signed-by={place}/gpg] file://{place} bookworm stable"
        assert source in said.lines


def test_every_folder_has_a_page_that_leads_to_what_is_in_it(mirror: Mirror) -> None:
    good(mirror("stable", *AMD))
    for folder, folders, names in os.walk(mirror.folder):
        if ".dockswitch" in folder:
            continue
        page = (Path(folder) / "index.html").read_text()
        for name in (*(f"{each}/" for each in folders), *names):
            shown = name not in ("index.html", ".dockswitch/")
            assert (f">{name}</a>" in page) == shown, f"{folder}: {name}"


def test_a_server_of_plain_files_serves_it(mirror: Mirror, tmp_path: Path) -> None:
    """Over HTTP a folder is its own page, as web servers have it."""
    good(mirror("stable", "test", *AMD))

    def answer(asked: Asked) -> Reply:
        path = mirror.folder / asked.path.lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        return Reply(path.read_bytes()) if path.exists() else Reply(status=404)

    with serving(answer) as web:
        said = mirror.program("list-remote", *AMD, "--json", DOCKSWITCH_MIRROR=web.url)
    assert [each["version"] for each in good(said).json["releases"]] == ["98.0.2", "98.1.0"]
    assert all(each["proven"] for each in said.json["releases"])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"{SUITE}/InRelease", ("stable", *AMD)),
        (f"{SUITE}/Release", ("stable", *AMD)),
        (f"{SUITE}/stable/binary-amd64/Packages.gz", ("stable", *AMD)),
        (f"{SUITE}/stable/binary-amd64/Packages", ("stable", *AMD)),
        (f"{POOL}/stable/amd64/docker-ce_98.0.2-1~debian.12~bookworm_amd64.deb", ("stable", *AMD)),
        ("linux/static/stable/x86_64/docker-28.5.2.tgz", ("28.5.2", "--for", "linux/amd64")),
        ("linux/debian/gpg", ("stable", *AMD)),
    ],
)
def test_a_flipped_bit_upstream_is_refused_and_never_kept(
    path: str, words: tuple[str, ...], mirror: Mirror, upstream: Upstream
) -> None:
    upstream.archive("stable", "docker-28.5.2.tgz")  # whose digest is recorded, and another one
    if "28.5.2" not in path:
        flip(upstream.root / path)
    said = mirror(*words, "--json")
    assert (said.code, said.error["code"]) == (12, "not-authentic"), said.out
    kept = [name for name in mirror.files if not name.startswith(".")]
    assert path not in kept
    assert f"{SUITE}/InRelease" not in kept


@pytest.mark.parametrize(
    "path",
    [
        f"{SUITE}/InRelease",
        f"{SUITE}/stable/binary-amd64/Packages.gz",
        "linux/debian/gpg",
    ],
)
def test_a_flipped_bit_in_the_mirror_is_refused_by_who_uses_it(path: str, mirror: Mirror) -> None:
    good(mirror("stable", *AMD))
    flip(mirror.folder / path)
    said = mirror.read("install", "stable", "--from", "deb", *AMD, "--json")
    assert said.code == 12, said.out


def test_what_was_spoilt_in_the_mirror_comes_anew(mirror: Mirror) -> None:
    good(mirror("stable", *AMD))
    before = mirror.files
    for path in (f"{SUITE}/InRelease", "linux/static/stable/x86_64/docker-98.0.2.tgz"):
        flip(mirror.folder / path)
    good(mirror("stable", *AMD))
    assert mirror.files == before


def test_other_bytes_under_a_name_that_was_mirrored_are_refused(
    mirror: Mirror, upstream: Upstream
) -> None:
    good(mirror("stable", *AMD))
    place = "linux/static/stable/x86_64/docker-98.0.2.tgz"
    (mirror.folder / place).unlink()
    other = upstream.archive("stable", "docker-98.0.2.tgz", size=700)
    said = mirror("stable", *AMD, "--json")
    assert (said.code, said.error["code"]) == (12, "not-authentic")
    assert place not in mirror.files
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    good(mirror("stable", *AMD, "--accept-digest", digest))
    assert mirror.files[place] == other.read_bytes()


def test_less_trust_than_is_asked_for_is_refused_before_anything_comes(mirror: Mirror) -> None:
    said = mirror("stable", *AMD, "--verify", "recorded", "--json")
    assert (said.code, said.error["code"]) == (12, "not-authentic")
    assert not mirror.files
    good(mirror("stable", *AMD, "--verify", "signed", "--backend", "apt"))


def test_what_is_of_the_same_digest_comes_once(mirror: Mirror, upstream: Upstream) -> None:
    """Docker publishes one containerd.io in each of its channels."""
    upstream.release("test", "98.2.0", "1.7.29-1")
    same = upstream.suite / "pool/{}/amd64/containerd.io_1.7.29-1_amd64.deb"
    upstream.release("stable", "98.2.0", "1.7.29-1")
    stable, test = (Path(str(same).format(channel)) for channel in ("stable", "test"))
    shutil.copy(stable, test)
    listed = upstream.packages["test", "amd64"]
    old, new = (hashlib.sha256(path.read_bytes()).hexdigest() for path in (stable, stable))
    upstream.packages["test", "amd64"] = [
        stanza if "1.7.29" not in stanza else _with_sha256(stanza, new) for stanza in listed
    ]
    assert old == new
    upstream.sign()
    said = good(mirror("stable", "test", *AMD, "--backend", "apt", "--json")).json
    (copied,) = said["copied"]
    assert mirror.files[copied] == stable.read_bytes()
    assert good(mirror("stable", "test", *AMD, "--backend", "apt", "--json")).json["kept"] == len(
        said["fetched"]
    ) + len(said["copied"])


def _with_sha256(stanza: str, digest: str) -> str:
    lines = [f"SHA256: {digest}" if x.startswith("SHA256:") else x for x in stanza.split("\n")]
    return "\n".join(lines)


def test_a_file_of_somebody_else_s_is_not_written_over(mirror: Mirror) -> None:
    theirs = mirror.folder / f"{SUITE}/Release"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    said = mirror("stable", *AMD, "--json")
    assert (said.code, theirs.read_text()) == (1, "mine")
    assert "not this mirror's" in said.error["message"]


def test_a_page_of_somebody_else_s_is_left_alone(mirror: Mirror) -> None:
    mirror.folder.mkdir()
    (mirror.folder / "index.html").write_text("welcome")
    good(mirror("stable", *AMD))
    assert (mirror.folder / "index.html").read_text() == "welcome"


def test_two_runs_do_not_fight(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.monotonic", iter(range(0, 10_000, 30)).__next__)
    with locks.locked(str(mirror.folder / ".dockswitch/lock"), wait=0):
        said = mirror("stable", *AMD, "--json")
    assert (said.code, said.error["code"]) == (14, "busy")
    assert str(mirror.folder) in said.error["message"]


def test_a_disk_that_is_too_small_is_told_before_anything_comes(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dockswitch.system.files.free", lambda _: 5 << 20)
    said = mirror("stable", *AMD, "--json")
    assert (said.code, mirror.files) == (1, {})
    assert "no space" in said.error["message"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("98.7.7", *AMD), 11),
        (("stable", *AMD, "--backend", "lima"), 2),
        (("stable", "--for", "linux/amd64", "--backend", "apt"), 18),
        (("frobnicate",), 2),
        (("distro", *AMD, "--backend", "apt"), 18),
    ],
)
def test_what_cannot_be_mirrored_is_refused(
    words: tuple[str, ...], code: int, mirror: Mirror
) -> None:
    assert mirror(*words, "--json").code == code
    assert not mirror.folder.exists()


def test_a_channel_with_an_address_of_its_own_is_no_part_of_docker_s_layout(
    mirror: Mirror, tmp_path: Path
) -> None:
    site = tmp_path / "site.yaml"
    upstream = mirror.program.env["DOCKSWITCH_MIRROR"]
    site.write_text(
        f"channels: {{ours: {{static: {{address: {upstream}/linux/static/stable/x86_64/}}}}}}\n"
    )
    said = mirror("ours", "--for", "linux/amd64", "--json", DOCKSWITCH_CHANNELS=str(site))
    assert (said.code, said.error["code"]) == (2, "usage")
    assert "address of its own" in said.error["details"]


def test_images_stand_where_the_image_mirror_looks_for_them(mirror: Mirror, tmp_path: Path) -> None:
    images = tmp_path / "images"
    for version in ("19.03.11", "19.03.12"):
        (images / f"v{version}").mkdir(parents=True)
        (images / f"v{version}/boot2docker.iso").write_bytes(version.encode())
    by = ("--backend", "machine", "--json")
    said = good(mirror("stable", *by, DOCKSWITCH_IMAGE_MIRROR=f"file://{images}")).json
    assert [each["place"] for each in said["fetched"]] == ["boot2docker/v19.03.12/boot2docker.iso"]
    own = f"file://{mirror.folder}/boot2docker"
    there = ("--json", "--backend", "machine")
    listed = mirror.program("list-remote", "stable", *there, DOCKSWITCH_IMAGE_MIRROR=own)
    assert [each["version"] for each in good(listed).json["releases"]] == ["19.03.12"]
