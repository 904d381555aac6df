"""Installed packages packed again: all that is theirs, as it is, and nothing else."""

import hashlib

import pytest

from dockswitch.apt import repack
from dockswitch.apt.repack import NotRepacked
from tests.apt.packer import Packer
from tests.world import World

WORD = "docker-ce=5:28.5.2-1~debian.12~bookworm"
INTO = "/var/lib/dockswitch/packages/.tmp-1-now"
MADE = f"{INTO}/docker-ce_5%3a28.5.2-1~debian.12~bookworm_amd64.deb"
DEFAULT = "# as it came\n"

STANZA = f"""\
Package: docker-ce
Status: hold ok installed
Priority: optional
Installed-Size: 100
Version: 5:28.5.2-1~debian.12~bookworm
Architecture: amd64
Config-Version: 5:28.5.2-1~debian.12~bookworm
Depends: containerd.io (>= 1.7.27), iptables
Conffiles:
 /etc/default/docker {hashlib.md5(DEFAULT.encode(), usedforsecurity=False).hexdigest()}
 /etc/old {"0" * 32} obsolete
 /etc/gone {"0" * 32} remove-on-upgrade
Description: an engine
 with more
 .
 to say
Homepage: https://docker.example
"""
LISTED = """\
/.
/etc
/etc/default
/etc/default/docker
/lib
/lib/systemd
/lib/systemd/system
/lib/systemd/system/docker.service
/usr
/usr/bin
/usr/bin/dockerd
/usr/bin/docker-proxy
locally diverted to: /usr/bin/docker-proxy.real
/usr/share
/usr/share/man
/usr/share/man/dockerd.8
/var
/var/lib
/var/lib/mine
package diverts others to: /var/lib/theirs
"""


def machine() -> World:
    """A machine whose /lib lies in /usr, with the package and what others put beside it."""
    on = World()
    for path, content in {
        "/etc/default/docker": DEFAULT,
        "/etc/default/cron": "somebody else's",
        "/usr/lib/systemd/system/docker.service": "unit",
        "/usr/bin/dockerd": "dockerd 28.5.2",
        "/usr/bin/docker-proxy": "a wrapper",
        "/usr/bin/docker-proxy.real": "the proxy",
    }.items():
        on.files.write(path, content.encode(), 0o755)
    on.files.point("/lib", "usr/lib")
    on.files.point("/var/lib/mine", "../elsewhere")
    return on


def packer(on: World) -> Packer:
    control = {"docker-ce.postinst": "set up", "docker-ce.md5sums": "sums"}
    return Packer(on, STANZA, LISTED, control)


def test_it_has_what_is_on_disk_of_the_package_and_nothing_else() -> None:
    on = machine()
    by = packer(on)
    assert repack.repack(on, WORD, into=INTO) == MADE
    packed = by.packed(MADE)
    assert {path: what for path, what in packed.items() if not path.startswith("/DEBIAN")} == {
        **dict.fromkeys(("/etc", "/etc/default", "/usr", "/usr/bin", "/var", "/var/lib"), "folder"),
        # a folder of the package, be it a link on this machine
        **dict.fromkeys(("/lib", "/lib/systemd", "/lib/systemd/system"), "folder"),
        "/etc/default/docker": DEFAULT,
        "/lib/systemd/system/docker.service": "unit",
        "/usr/bin/dockerd": "dockerd 28.5.2",
        "/usr/bin/docker-proxy": "the proxy",
        "/var/lib/mine": "-> ../elsewhere",
    }
    assert on.names(INTO) == (MADE.rpartition("/")[2],)


def test_its_control_is_what_dpkg_knows_without_what_is_the_machines() -> None:
    on = machine()
    by = packer(on)
    packed = by.packed(repack.repack(on, WORD, into=INTO))
    fields = [line.partition(":")[0] for line in packed["/DEBIAN/control"].splitlines()]
    assert fields == [
        *("Package", "Priority", "Installed-Size", "Version", "Architecture", "Depends"),
        *("Description", " with more", " .", " to say", "Homepage"),
    ]
    assert packed["/DEBIAN/postinst"] == "set up"
    assert packed["/DEBIAN/md5sums"] == "sums"
    assert packed["/DEBIAN/conffiles"] == "/etc/default/docker\nremove-on-upgrade /etc/gone\n"


@pytest.mark.parametrize("mine", ["# as I like it\n", None], ids=["changed", "deleted"])
def test_a_configuration_file_of_the_users_is_never_what_the_package_brings(
    mine: str | None,
) -> None:
    on = machine()
    by = packer(on)
    on.files.write("/etc/default/docker", mine.encode() if mine else None)
    packed = by.packed(repack.repack(on, WORD, into=INTO))
    assert packed["/etc/default/docker"] == f"{mine or ''}\n"
    assert on.read("/etc/default/docker") == (mine.encode() if mine else None)


def test_it_is_packed_with_what_this_dpkg_has() -> None:
    on = machine()
    by = packer(on)
    repack.repack(on, WORD, into=INTO)
    by.packings = "gzip, xz, none"
    repack.repack(on, WORD, into=INTO)
    assert [argv[1] for argv in by.built] == ["-Zzstd", "-Zgzip"]


@pytest.mark.parametrize(
    "stanza",
    ["", STANZA.replace("ok installed", "ok half-configured"), STANZA.replace("28.5.2", "28.5.1")],
    ids=["unknown", "half", "another version"],
)
def test_what_is_not_wholly_there_is_not_packed(stanza: str) -> None:
    on = machine()
    packer(on).stanza = stanza
    with pytest.raises(NotRepacked) as failure:
        repack.repack(on, WORD, into=INTO)
    assert failure.value.details == "it is not wholly installed in that version"
    assert failure.value.hint == "going back to it needs the network"


def test_what_dpkg_deb_says_is_told_and_nothing_is_left() -> None:
    on = machine()
    packer(on).fails = "dpkg-deb: error: no space"
    with pytest.raises(NotRepacked) as failure:
        repack.repack(on, WORD, into=INTO)
    assert failure.value.details == "dpkg-deb: error: no space"
    assert on.names(INTO) == ()
