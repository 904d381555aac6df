"""The file that a lock is: written and read back, and what is no lock says why, with its line."""

import dataclasses

import pytest
import yaml

from dockswitch.model import lock_file
from dockswitch.model.lock import Asked, Entry, Lock, LockedFile, entry_of, merged, release_of
from dockswitch.model.lock_changes import changes
from dockswitch.model.release import Package
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version

MIRROR = "https://mirror.test"
PATH = "/srv/dockswitch.lock"
ENGINE = LockedFile(
    f"{MIRROR}/linux/static/edge/x86_64/docker-17.06.0-ce-rc2.tgz", "a" * 64, 7, Trust.RECORDED
)
EXTRAS = LockedFile(
    f"{MIRROR}/linux/static/stable/x86_64/docker-rootless-extras-28.5.2.tgz",
    "1" * 64,
    3,
    Trust.TLS,
    rootless=True,
)


def package(word: str, digest: str = "b", *, rootless: bool = False) -> LockedFile:
    name = word.partition("=")[0]
    url = f"{MIRROR}/linux/debian/dists/bookworm/pool/stable/amd64/{name}_1_amd64.deb"
    return LockedFile(url, digest * 64, 9, Trust.SIGNED, word, rootless=rootless)


STATIC = Entry(
    "edge", Version("17.06.0-ce-rc2"), "edge", "static", ("linux/x86_64",), (ENGINE, EXTRAS)
)
PACKAGES = Entry(
    "stable 28.5.2",
    Version("28.5.2"),
    "stable",
    "apt",
    ("debian:bookworm/x86_64", "ubuntu:jammy/x86_64"),
    (
        package("docker-ce=5:28.5.2-1~debian.12~bookworm"),
        package("containerd.io=1.7.28-1", "c"),
        package("docker-ce-rootless-extras=5:28.5.2-1~debian.12~bookworm", "d", rootless=True),
    ),
)
ASKED = Asked(("edge", "stable 28.5.2"), ("debian:bookworm/x86_64", "linux/x86_64"))
LOCK = Lock(MIRROR, ASKED, (STATIC, PACKAGES), PATH)
TEXT = lock_file.written(LOCK)


@pytest.mark.parametrize(
    "lock",
    [
        LOCK,
        dataclasses.replace(LOCK, asked=Asked(("edge",), ("any",), ("apt",), "2017-06-30")),
        Lock("file:///srv/mirror", ASKED, (), PATH),
    ],
)
def test_what_is_written_is_read_back(lock: Lock) -> None:
    text = lock_file.written(lock)
    assert lock_file.parsed(PATH, text) == lock
    assert lock_file.written(lock_file.parsed(PATH, text)) == text


def test_others_read_it_as_what_it_says() -> None:
    """Ansible's from_yaml guesses types: a digest of digits alone stays text, a size a number."""
    plain = yaml.safe_load(TEXT)
    engine, extras = plain["releases"][0]["files"]
    assert (extras["sha256"], extras["size"], extras["rootless"]) == ("1" * 64, 3, True)
    assert (plain["schema"], engine["trust"]) == (1, "recorded")
    assert plain["releases"][1]["version"] == "28.5.2"


EDITS = [
    ("sha256: " + "a" * 64, "sha256: " + "A" * 64, "sha256", "expected a SHA-256"),
    ("sha256: " + "a" * 64, "sha256: 1234", "sha256", "expected a SHA-256"),
    ("size: 7", "size: -7", "size", "expected a number of bytes"),
    ("trust: recorded", "trust: most", "trust", "expected one of tls"),
    ("trust: recorded", "trst: recorded", "trst", "did you mean trust?"),
    ("docker-17.06.0-ce-rc2.tgz", "..%2F..%2Fpasswd", "url", "expected the address of a file"),
    ("docker-17.06.0-ce-rc2.tgz", ".dockswitch.json", "url", "expected the address of a file"),
    (f"- url: {MIRROR}", "- url: ftp://mirror.test", "url", "expected the address of a file"),
    (f"- url: {MIRROR}", "- url: https://me:pw@mirror.test", "url", "without a password"),
    ("docker-ce=5:28", "../docker-ce=5:28", "package", "expected a package"),
    ("version: 17.06.0-ce-rc2", "version: ../17.06", "version", "expected a version"),
    ("channel: edge", "channel: ../edge", "channel", "expected a word"),
    ("- linux/x86_64\n  files", "- linux\n  files", "for", "expected a host"),
]


@pytest.mark.parametrize(("was", "now", "key", "what"), EDITS)
def test_what_cannot_be_meant_is_told_with_its_line(
    was: str, now: str, key: str, what: str
) -> None:
    text = TEXT.replace(was, now, 1)
    assert text != TEXT
    line = TEXT.partition(was)[0].count("\n") + 1
    with pytest.raises(lock_file.BadLock) as failure:
        lock_file.parsed(PATH, text)
    told = failure.value.details.splitlines()[0]
    assert told.startswith(f"{PATH}:{line}: releases.")
    assert f".{key}: " in told
    assert what in told
    assert "pw" not in told


MIXED = {
    "a file with two digests": (
        f"docker-ce_1_amd64.deb\n    sha256: {'b' * 64}",
        f"containerd.io_1_amd64.deb\n    sha256: {'b' * 64}",
        "the same file has another",
    ),
    "a package twice": ("containerd.io=1.7.28-1", "docker-ce=5:28.5.2-2", "stands here twice"),
    "no engine": (
        "    trust: recorded\n",
        "    trust: recorded\n    rootless: true\n",
        "no engine",
    ),
    "a missing size": ("    size: 7\n", "", "says no size"),
    "a missing list": ("asked:", "# asked:", "no YAML"),
    "no releases": ("releases:", "release:", "did you mean releases?"),
    "a list in place of a word": ("mirror: https://mirror.test", "mirror: [a]", "mirror"),
    "a conflict of two branches": ("schema: 1", "<<<<<<< ours\nschema: 1", "no YAML"),
}


@pytest.mark.parametrize(("was", "now", "what"), MIXED.values(), ids=MIXED)
def test_what_was_edited_or_mixed_is_no_lock(was: str, now: str, what: str) -> None:
    text = TEXT.replace(was, now, 1)
    assert text != TEXT
    with pytest.raises(lock_file.BadLock) as failure:
        lock_file.parsed(PATH, text)
    assert what in failure.value.details
    assert all(line.startswith(f"{PATH}:") for line in failure.value.details.splitlines())


def test_a_release_twice_for_one_host_is_no_lock() -> None:
    twice = dataclasses.replace(LOCK, entries=(STATIC, STATIC))
    with pytest.raises(lock_file.BadLock) as failure:
        lock_file.parsed(PATH, lock_file.written(twice))
    assert "linux/x86_64 has its static in releases.1 too" in failure.value.details


def test_a_newer_schema_is_not_guessed_at() -> None:
    text = TEXT.replace("schema: 1", "schema: 2").replace("releases:", "editions:")
    with pytest.raises(lock_file.NewerLock):
        lock_file.parsed(PATH, text)


@pytest.mark.parametrize("text", ["", "mine\n", "- 1\n", "schema: 1\n"])
def test_any_other_file_is_no_lock(text: str) -> None:
    with pytest.raises(lock_file.BadLock):
        lock_file.parsed(PATH, text)


@pytest.mark.parametrize("entry", [STATIC, PACKAGES])
def test_an_entry_is_a_release_and_back(entry: Entry) -> None:
    release = release_of(entry)
    assert {each.download.trust for each in release.artifacts} == {Trust.LOCKED}
    files = [*(each.download for each in release.artifacts)]
    if entry is STATIC:
        assert release.rootless is not None
        files.append(release.rootless)
    again = entry_of(release, entry.spec, entry.hosts, files)
    assert [(each.url, each.sha256, each.package, each.rootless) for each in again.files] == [
        (each.url, each.sha256, each.package, each.rootless) for each in entry.files
    ]


def test_what_a_machine_installs_by_apt_is_packages() -> None:
    release = release_of(PACKAGES)
    assert all(isinstance(each, Package) for each in release.artifacts)
    assert release.rootless is not None
    assert release.rootless.package.startswith("docker-ce-rootless-extras=")


def test_hosts_that_have_the_same_files_share_an_entry() -> None:
    one = dataclasses.replace(PACKAGES, hosts=("debian:bookworm/x86_64",))
    two = dataclasses.replace(PACKAGES, hosts=("ubuntu:jammy/x86_64",))
    assert merged([one, STATIC, two, one]) == (PACKAGES, STATIC)


def test_what_changed_is_told() -> None:
    newer = dataclasses.replace(STATIC, version=Version("17.06.0-ce"))
    other = package("docker-ce=5:28.5.2-1~debian.12~bookworm", "e")
    containerd = package("containerd.io=1.7.29-1", "f")
    packages = dataclasses.replace(PACKAGES, files=(other, containerd))
    found = changes(LOCK, Lock(MIRROR, ASKED, (newer, packages), PATH))
    assert [(each.kind, each.before[:7], each.after[:7]) for each in found] == [
        ("release", "17.06.0", "17.06.0"),
        ("bytes", "bbbbbbb", "eeeeeee"),
        ("package", "1.7.28-", "1.7.29-"),
        ("gone", "ddddddd", ""),
    ]
    assert all(str(each).startswith(f"{each.where}: ") for each in found)
    assert changes(LOCK, LOCK) == ()
