"""What real apt-get and dpkg said, word for word, and the error that each is for us."""

from dataclasses import dataclass

import pytest

from dockswitch.apt.failures import failure
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Finished

LOG = "/var/lib/dockswitch/log/apt.log"

_DEB = (
    "http://127.0.0.1:8099/dists/bookworm/pool/stable/amd64/"
    "docker-ce_26.1.5-1%7edebian.12%7ebookworm_amd64.deb"
)
_SOME = "Some index files failed to download. They have been ignored, or old ones used instead.\n"
_FETCH = "E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n"


@dataclass(frozen=True)
class Row:
    """What was said with which code, then what is to come of it."""

    said: str
    code: int
    error: str
    exit: int
    told: str
    hint: str


TABLE: dict[str, Row] = {
    "a lock is held": Row(
        "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 2100 (python3)\n"
        "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another "
        "process using it?\n",
        100,
        "PackagesBusy",
        14,
        "process 2100 (python3) holds /var/lib/dpkg/lock-frontend",
        "run the same command",
    ),
    "a lock is held for too long": Row(
        "Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by "
        "process 2100 (python3)...\n"
        "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another "
        "process using it?\n",
        100,
        "PackagesBusy",
        14,
        "process 2100 (python3) holds /var/lib/dpkg/lock-frontend",
        "run the same command",
    ),
    "the lock of the lists is held": Row(
        "Reading package lists...\n"
        "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 2356 (python3)\n"
        "E: Unable to lock directory /var/lib/apt/lists/\n",
        100,
        "PackagesBusy",
        14,
        "/var/lib/apt/lists/lock",
        "wait until it is done",
    ),
    "a lock is held, as an older apt says it": Row(
        "E: Could not get lock /var/lib/dpkg/lock-frontend - open (11: Resource temporarily "
        "unavailable)\n"
        "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another "
        "process using it?\n",
        100,
        "PackagesBusy",
        14,
        "/var/lib/dpkg/lock-frontend",
        "wait until it is done",
    ),
    "dpkg's own lock is held": Row(
        "dpkg: error: dpkg frontend lock was locked by another process with pid 4711\n"
        "Note: removing the lock file is always wrong, and may end up damaging the locked area.\n",
        2,
        "PackagesBusy",
        14,
        "another process with pid 4711",
        "wait until it is done",
    ),
    "nobody but root": Row(
        "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\n"
        "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you "
        "root?\n",
        100,
        "NotRoot",
        1,
        "are you root?",
        "sudo",
    ),
    "no room for archives": Row(
        "After this operation, 5046 kB disk space will be freed.\n"
        "E: You don't have enough free space in /var/cache/apt/archives/.\n",
        100,
        "NoRoom",
        1,
        "/var/cache/apt/archives",
        "dockswitch prune",
    ),
    "the disk is full while unpacking": Row(
        "dpkg: error processing archive /var/cache/apt/archives/docker-ce_5%3a20.10.24-1~debian.12"
        "~bookworm_amd64.deb (--unpack):\n"
        " cannot copy extracted data for './usr/bin/dockerd' to '/usr/bin/dockerd.dpkg-new': failed"
        " to write (No space left on device)\n"
        "dpkg: error while cleaning up:\n"
        " unable to restore backup version of '/usr/bin/docker-proxy': Stale file handle\n"
        "E: Sub-process /usr/bin/dpkg returned an error code (1)\n",
        100,
        "NoRoom",
        1,
        "no space is left for packages in /usr/bin",
        "df /usr/bin",
    ),
    "dpkg was interrupted": Row(
        "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the "
        "problem. \n",
        100,
        "CutShort",
        1,
        "dpkg was interrupted",
        "dpkg --configure -a",
    ),
    "half installed, and the archive is gone": Row(
        "E: The package docker-ce needs to be reinstalled, but I can't find an archive for it.\n",
        100,
        "ArchiveWanted",
        1,
        "docker-ce",
        "apt-get install --reinstall docker-ce",
    ),
    "a downgrade that was not asked for": Row(
        "The following packages will be DOWNGRADED:\n"
        "  docker-ce docker-ce-cli\n"
        "0 upgraded, 0 newly installed, 2 downgraded, 0 to remove and 0 not upgraded.\n"
        "E: Packages were downgraded and -y was used without --allow-downgrades.\n",
        100,
        "DowngradeRefused",
        1,
        "docker-ce, docker-ce-cli",
        "dockswitch use",
    ),
    "held": Row(
        "The following held packages will be changed:\n"
        "  docker-ce\n"
        "The following packages will be DOWNGRADED:\n"
        "  docker-ce docker-ce-cli\n"
        "0 upgraded, 0 newly installed, 2 downgraded, 0 to remove and 1 not upgraded.\n"
        "E: Held packages were changed and -y was used without --allow-change-held-packages.\n",
        100,
        "Held",
        1,
        "held packages would be changed: docker-ce",
        "apt-mark unhold docker-ce",
    ),
    "no such version": Row(
        "Package docker-ce is not available, but is referred to by another package.\n"
        "E: Version '5:19.03.15~3-0~debian-bookworm' for 'docker-ce' was not found\n",
        100,
        "NoSuchVersion",
        11,
        "docker-ce 5:19.03.15~3-0~debian-bookworm",
        "list-remote",
    ),
    "no such package": Row(
        "E: Unable to locate package docker-nope\n",
        100,
        "NoSuchPackage",
        11,
        "docker-nope",
        "apt-get update",
    ),
    "known, and in no source": Row(
        "However the following packages replace it:\n"
        "  docker-ce\n\n"
        "E: Package 'docker.io' has no installation candidate\n",
        100,
        "NoSuchPackage",
        11,
        "docker.io",
        "apt-get update",
    ),
    "something that it depends on is missing": Row(
        "The following packages have unmet dependencies:\n"
        " docker-ce : Depends: iptables but it is not installable\n"
        "E: Unable to correct problems, you have held broken packages.\n",
        100,
        "Unmet",
        1,
        "docker-ce : Depends: iptables but it is not",
        "apt-get update",
    ),
    "a signature that is wrong": Row(
        "W: GPG error: http://127.0.0.1:8099 bookworm InRelease: The following signatures were "
        "invalid: BADSIG 7002A10217A8041F Lab Repo <lab@example.invalid>\n"
        "E: The repository 'http://127.0.0.1:8099 bookworm InRelease' is not signed.\n",
        100,
        "ForgedIndex",
        12,
        "BADSIG 7002A10217A8041F",
        "another mirror",
    ),
    "a signature that is wrong, told by sqv, and the code is 0": Row(
        "Warning: An error occurred during the signature verification. The repository is not "
        "updated and the previous index files will be used. OpenPGP signature verification failed:"
        " http://repo.example any InRelease: Sub-process /usr/bin/sqv returned an error code (1), "
        "error message is: Verifying signature:            Message has been manipulated\n"
        f"Warning: {_SOME}",
        0,
        "ForgedIndex",
        12,
        "Message has been manipulated",
        "another mirror",
    ),
    "a key that is not trusted": Row(
        "W: GPG error: http://127.0.0.1:8099 bookworm InRelease: The following signatures couldn't "
        "be verified because the public key is not available: NO_PUBKEY 3AEB279F650A3B3C\n"
        "E: The repository 'http://127.0.0.1:8099 bookworm InRelease' is not signed.\n",
        100,
        "KeyMissing",
        12,
        "3AEB279F650A3B3C",
        "Signed-By",
    ),
    "a key that is not trusted, told by sqv": Row(
        "Warning: OpenPGP signature verification failed: http://repo.example stable InRelease: "
        "Sub-process /usr/bin/sqv returned an error code (1), error message is: Missing key "
        "763F8F0085BF681E, which is needed to verify signature.\n"
        "Error: The repository 'http://repo.example stable InRelease' is not signed.\n",
        100,
        "KeyMissing",
        12,
        "763F8F0085BF681E",
        "Signed-By",
    ),
    "a key that has expired": Row(
        "W: GPG error: https://repo.example stable InRelease: The following signatures were "
        "invalid: EXPKEYSIG EFFAF4443CE9AD84 Iterative <eng@iterative.ai>\n"
        "E: The repository 'https://repo.example stable InRelease' is not signed.\n",
        100,
        "KeyExpired",
        12,
        "EXPKEYSIG EFFAF4443CE9AD84",
        "present key",
    ),
    "a keyring that only root may read": Row(
        "W: GPG error: http://127.0.0.1:8099 bookworm InRelease: Unknown error executing apt-key\n"
        "E: The repository 'http://127.0.0.1:8099 bookworm InRelease' is not signed.\n",
        100,
        "KeyringUnread",
        12,
        "http://127.0.0.1:8099 bookworm InRelease",
        "chmod 644",
    ),
    "no signature": Row(
        "Ign:3 http://127.0.0.1:8099 bookworm Release.gpg\n"
        "E: The repository 'http://127.0.0.1:8099 bookworm Release' is not signed.\n",
        100,
        "NotSigned",
        12,
        "http://127.0.0.1:8099 bookworm is not signed",
        "take a mirror",
    ),
    "expired": Row(
        "E: Release file for http://127.0.0.1:8099/dists/bookworm/InRelease is expired (invalid "
        "since 60min 0s). Updates for this repository will not be applied.\n",
        100,
        "IndexExpired",
        12,
        "it is expired: invalid since 60min 0s",
        "`date`",
    ),
    "of tomorrow": Row(
        "E: Release file for http://127.0.0.1:8099/dists/bookworm/InRelease is not valid yet "
        "(invalid for another 23h 59min 50s). Updates for this repository will not be applied.\n",
        100,
        "IndexExpired",
        12,
        "invalid for another 23h 59min 50s",
        "`date`",
    ),
    "of another publisher": Row(
        "E: Repository 'http://127.0.0.1:8099 bookworm InRelease' changed its 'Origin' value from "
        "'Docker' to 'Other'\n",
        100,
        "OtherPublisher",
        12,
        "'Docker' and is 'Other'",
        "--allow-releaseinfo-change",
    ),
    "a package with other bytes": Row(
        f"E: Failed to fetch {_DEB}  Hash Sum mismatch\n   Hashes of expected file:\n{_FETCH}",
        100,
        "IndexMismatch",
        12,
        "Hash Sum mismatch",
        "in the middle of an update",
    ),
    "an index of another size": Row(
        "E: Failed to fetch http://127.0.0.1:8099/dists/bookworm/stable/binary-amd64/Packages.gz  "
        "File has unexpected size (1771 != 1754). Mirror sync in progress? [IP: 127.0.0.1 8099]\n"
        f"E: {_SOME}",
        100,
        "IndexMismatch",
        12,
        "(1771 != 1754)",
        "in the middle of an update",
    ),
    "a package that is not there": Row(
        f"E: Failed to fetch {_DEB}  404  Not Found [IP: 127.0.0.1 8099]\n{_FETCH}",
        100,
        "FileGone",
        11,
        "the server answers 404 Not Found",
        "in the middle of an update",
    ),
    "no such suite": Row(
        "Err:2 http://127.0.0.1:8099 nosuite Release\n"
        "  404  File not found [IP: 127.0.0.1 8099]\n"
        "E: The repository 'http://127.0.0.1:8099 nosuite Release' does not have a Release file.\n",
        100,
        "NoSuchSuite",
        11,
        "http://127.0.0.1:8099 nosuite",
        "--suite",
    ),
    "no such component, and the code is 0": Row(
        "W: Skipping acquire of configured file 'nosuch/binary-amd64/Packages' as repository "
        "'http://127.0.0.1:8099 bookworm InRelease' doesn't have the component 'nosuch' (component "
        "misspelt in sources.list?)\n",
        0,
        "NoSuchComponent",
        11,
        "no component nosuch in http://127.0.0.1:8099 bookworm",
        "dockswitch channels",
    ),
    "a server that is down, and the code is 0": Row(
        "W: Failed to fetch http://127.0.0.1:8099/dists/bookworm/InRelease  Could not connect to "
        "127.0.0.1:8099 (127.0.0.1). - connect (111: Connection refused)\n"
        f"W: {_SOME}",
        0,
        "Unfetched",
        17,
        "Connection refused",
        "--offline",
    ),
    "a server that is down": Row(
        f"E: Failed to fetch {_DEB}  Could not connect to 127.0.0.1:8099 (127.0.0.1). - connect "
        f"(111: Connection refused)\n{_FETCH}",
        100,
        "Unfetched",
        17,
        "Connection refused",
        "--offline",
    ),
    "a server that cannot now": Row(
        f"E: Failed to fetch {_DEB}  503  Service Unavailable [IP: 127.0.0.1 8099]\n{_FETCH}",
        100,
        "Unfetched",
        17,
        "503 Service Unavailable",
        "proxy",
    ),
    "a server that does not go on": Row(
        f"E: Failed to fetch {_DEB}  Connection timed out [IP: 127.0.0.1 8099]\n{_FETCH}",
        100,
        "Unfetched",
        17,
        "Connection timed out",
        "--offline",
    ),
    "a server that hangs up": Row(
        f"E: Failed to fetch {_DEB}  Error reading from server. Remote end closed connection [IP: "
        f"127.0.0.1 8099]\n{_FETCH}",
        100,
        "Unfetched",
        17,
        "Remote end closed connection",
        "--offline",
    ),
    "a server that wants a password": Row(
        f"E: Failed to fetch {_DEB}  401  Unauthorized [IP: 127.0.0.1 8099]\n{_FETCH}",
        100,
        "NotForEverybody",
        17,
        "401 Unauthorized",
        "/etc/apt/auth.conf.d",
    ),
    "a source of a type that does not exist": Row(
        "E: Type 'debb' is not known on line 1 in source list /etc/apt/sources.list.d/docker.list\n"
        "E: The list of sources could not be read.\n",
        100,
        "SourcesUnread",
        1,
        "line 1 in source list /etc/apt/sources.list.d/docker.list",
        "correct that file",
    ),
    "two sources with keys of their own": Row(
        "E: Conflicting values set for option Signed-By regarding source "
        "https://download.docker.com/linux/debian/ bookworm: /etc/apt/keyrings/docker.gpg != "
        "/etc/apt/keyrings/docker.asc\n"
        "E: The list of sources could not be read.\n",
        100,
        "TwoKeys",
        1,
        "/etc/apt/keyrings/docker.gpg != /etc/apt/keyrings/docker.asc",
        "one of the two is to go",
    ),
    "a package whose script fails": Row(
        "Setting up docker-ce (5:28.5.2-1~debian.12~bookworm) ...\n"
        "dpkg: error processing package docker-ce (--configure):\n"
        " installed docker-ce package post-installation script subprocess returned error exit "
        "status 1\n"
        "Errors were encountered while processing:\n docker-ce\n"
        "E: Sub-process /usr/bin/dpkg returned an error code (1)\n",
        100,
        "DpkgFailed",
        1,
        "post-installation script subprocess returned error exit",
        LOG,
    ),
    "dpkg that was killed": Row(
        "Unpacking docker-ce (5:28.5.2-1~debian.12~bookworm) over (5:20.10.24-1) ...\n"
        "E: Sub-process /usr/bin/dpkg exited unexpectedly\n",
        100,
        "DpkgFailed",
        1,
        "exited unexpectedly",
        "repaired first",
    ),
    "words that nobody has heard yet": Row(
        "E: The moon is in the way.\n",
        100,
        "AptFailed",
        1,
        "The moon is in the way.",
        LOG,
    ),
    "no apt": Row("apt-get: not found", 127, "AptFailed", 1, "apt-get: not found", "check"),
}


def _told(row: str) -> DockswitchError:
    error = failure(Finished(TABLE[row].code, TABLE[row].said, ""), LOG)
    assert error is not None
    return error


@pytest.mark.parametrize("row", TABLE)
def test_each_is_told_by_its_own_error_with_the_way_out(row: str) -> None:
    wanted, error = TABLE[row], _told(row)
    assert (type(error).__name__, error.exit) == (wanted.error, wanted.exit)
    assert wanted.told in f"{error.message}\n{error.details}"
    assert wanted.hint in error.hint


_WELL = {
    "nothing to do": "0 upgraded, 0 newly installed, 0 to remove and 1 not upgraded.\n",
    "a lock was waited for": "Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-front"
    "end. It is held by process 2100 (python3)...\nSetting up docker-ce (5:28.5.2-1) ...\n",
    "a foreign architecture": "N: Skipping acquire of configured file 'stable/binary-i386/Package"
    "s' as repository 'http://127.0.0.1 bookworm InRelease' doesn't support architecture 'i386'\n",
}


@pytest.mark.parametrize("row", _WELL)
def test_what_went_well_is_no_failure(row: str) -> None:
    assert failure(Finished(0, _WELL[row], ""), LOG) is None


def test_a_lock_that_was_waited_for_is_not_taken_for_what_failed_afterwards() -> None:
    waited = TABLE["a lock is held for too long"].said.splitlines()[0]
    said = f"{waited}\n{TABLE['dpkg that was killed'].said}"
    assert type(failure(Finished(100, said, ""), LOG)).__name__ == "DpkgFailed"


def test_passwords_in_addresses_are_not_told() -> None:
    url = "https://anna:secret@repo.example/pool/docker-ce.deb?token=hidden"
    said = f"E: Failed to fetch {url}  503  Service Unavailable [IP: 10.0.0.1 443]\n"
    error = failure(Finished(100, said, ""), LOG)
    assert error is not None
    assert "https://repo.example/pool/docker-ce.deb" in error.message
    assert "secret" not in f"{error.message}{error.details}{error.hint}"
    assert "hidden" not in f"{error.message}{error.details}{error.hint}"
