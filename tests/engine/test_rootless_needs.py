"""What an engine without root needs of a machine, each thing taken away in turn."""

from dataclasses import replace

import pytest

from dockswitch.engine.rootless_needs import Lacking, RootWithoutRoot, brought, findings
from dockswitch.model.layout import Layout
from dockswitch.model.ports import Finished
from dockswitch.model.version import Version
from tests.world import World

UID = 1000
ENVIRONMENT = {"PATH": "/usr/bin"}
RANGE = b"root:100000:65536\nanna:165536:65536\n"
PROFILE = "/home/anna/.local/share/dockswitch/rootless/*/rootlesskit"
SWITCH = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"
DELEGATED = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/cgroup.controllers"


def machine() -> World:
    """Anna's, which has everything."""
    world = World(root="")
    world.host = replace(world.host, uid=UID, cgroup=2)
    world.layout = Layout.of_user(env={"HOME": "/home/anna"}, uid=UID)
    names = ("newuidmap", "newgidmap", "ip", "slirp4netns", "iptables", "apt-get")
    world.programs = {f"/usr/bin/{name}": f"/usr/bin/{name}" for name in names}
    world.surroundings = {
        "/etc/passwd": b"root:x:0:0::/root:/bin/sh\nanna:x:1000:1000::/home/anna:/bin/sh\n",
        "/etc/subuid": RANGE,
        "/etc/subgid": RANGE,
        "/proc/sys/user/max_user_namespaces": b"96365\n",
        "/proc/sys/kernel/unprivileged_userns_clone": b"1\n",
        SWITCH: b"0\n",
        DELEGATED: b"cpuset cpu io memory pids\n",
    }
    world.allowed = {"/dev/net/tun": True}
    return world


def refused(world: World, *brings: str) -> Lacking:
    """The one error that all needs share."""
    found = findings(world, brings, ENVIRONMENT)
    errors = {each.error for each in found if each.error}
    assert len(errors) == 1
    (error,) = errors
    assert isinstance(error, Lacking)
    assert error.exit == 18
    assert "--client-only" in error.hint
    return error


def warned(world: World) -> list[tuple[str, str]]:
    return [(each.what, each.hint) for each in findings(world, (), ENVIRONMENT)]


def test_where_nothing_is_missing_there_is_nothing_to_say() -> None:
    assert warned(machine()) == []


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("apt-get", "sudo apt install uidmap"),
        ("dnf", "sudo dnf install shadow-utils"),
        ("zypper", "sudo zypper install shadow"),
        ("pacman", "sudo pacman -S shadow"),
        ("apk", "sudo apk add shadow-uidmap"),
    ],
)
def test_missing_programs_are_named_with_what_installs_them(manager: str, command: str) -> None:
    world = machine()
    for name in ("newuidmap", "newgidmap", "apt-get"):
        del world.programs[f"/usr/bin/{name}"]
    world.programs[f"/usr/bin/{manager}"] = manager
    error = refused(world)
    assert error.details == "there is no newuidmap and no newgidmap"
    assert f"`{command}`" in error.hint


def test_without_a_package_manager_that_we_know_the_program_is_named() -> None:
    world = machine()
    for name in ("ip", "apt-get"):
        del world.programs[f"/usr/bin/{name}"]
    assert "`PACKAGE-MANAGER install iproute2`" in refused(world).hint


def test_a_missing_range_is_added_behind_all_others() -> None:
    world = machine()
    world.surroundings["/etc/subuid"] = b"root:100000:65536\nben:165536:65536\nbroken\n"
    world.surroundings["/etc/subgid"] = b""
    error = refused(world)
    assert error.details == "/etc/subuid and /etc/subgid have no range for anna"
    assert (
        "`sudo usermod --add-subuids 231072-296607 --add-subgids 231072-296607 anna`" in error.hint
    )


def test_a_range_may_stand_under_the_number_of_its_user_or_in_a_directory_service() -> None:
    world = machine()
    world.surroundings["/etc/subuid"] = b"1000:165536:65536\n"
    world.surroundings["/etc/subgid"] = b""
    assert "/etc/subgid has" in refused(world).details
    world.programs["/usr/bin/getsubids"] = "getsubids"
    asked: list[list[str]] = []

    def getsubids(argv: object) -> Finished:
        assert isinstance(argv, list)
        asked.append(argv)
        return Finished(0, "0: anna 165536 65536\n", "")

    world.answers["getsubids"] = getsubids
    assert warned(world) == []
    assert asked == [["getsubids", "-g", "anna"]]


def test_a_small_range_is_only_worth_saying() -> None:
    world = machine()
    world.surroundings["/etc/subuid"] = b"anna:165536:1000\n"
    ((what, _),) = warned(world)
    assert what == "/etc/subuid has 1000 ids for anna: images with more users fail"


@pytest.mark.parametrize(
    ("path", "key", "on"),
    [
        ("kernel/unprivileged_userns_clone", "kernel.unprivileged_userns_clone", "1"),
        ("user/max_user_namespaces", "user.max_user_namespaces", "28633"),
    ],
)
def test_a_kernel_that_lets_users_make_no_namespaces(path: str, key: str, on: str) -> None:
    world = machine()
    world.surroundings[f"/proc/sys/{path}"] = b"0\n"
    error = refused(world)
    assert error.details == f"{key} is 0: the kernel lets users make no namespaces"
    assert f"echo {key}={on} | sudo tee -a /etc/sysctl.d/50-rootless.conf" in error.hint


def test_apparmor_wants_a_profile_for_the_kit_wherever_its_version_lies() -> None:
    world = machine()
    world.surroundings[SWITCH] = b"1\n"
    error = refused(world)
    assert error.details == f"AppArmor keeps {PROFILE} from making namespaces"
    assert f'"{PROFILE}' in error.hint.replace("\\", "")
    assert "userns," in error.hint
    assert "sudo apparmor_parser -r /etc/apparmor.d/dockswitch-rootless.anna" in error.hint
    profile = f'abi <abi/4.0>,\n"{PROFILE}" flags=(unconfined) {{\n  userns,\n}}\n'.encode()
    for name in ("dockswitch-rootless.anna", "a-site-s-own"):
        world.files.write(f"/etc/apparmor.d/{name}", b"")
        world.surroundings[f"/etc/apparmor.d/{name}"] = profile
        assert warned(world) == []
        del world.surroundings[f"/etc/apparmor.d/{name}"]


@pytest.mark.parametrize(
    ("allowed", "what", "command"),
    [
        (None, "there is no /dev/net/tun", "sudo modprobe tun"),
        (False, "/dev/net/tun may not be opened", "sudo chmod 666 /dev/net/tun"),
    ],
)
def test_a_net_of_its_own_begins_at_a_device(
    allowed: bool | None,  # noqa: FBT001
    what: str,
    command: str,
) -> None:
    world = machine()
    world.allowed = {} if allowed is None else {"/dev/net/tun": allowed}
    error = refused(world)
    assert error.details == what
    assert f"`{command}`" in error.hint


def test_a_net_driver_may_come_with_the_kit() -> None:
    world = machine()
    del world.programs["/usr/bin/slirp4netns"]
    assert refused(world, "rootlesskit").details == "there is no net driver for it"
    assert "`sudo apt install slirp4netns`" in refused(world, "rootlesskit").hint
    for version, kit in (("28.5.2", ("vpnkit",)), ("29.5.0", ("rootlesskit",))):
        assert findings(world, brought(Version.parse(version), kit), ENVIRONMENT) == ()
    refused(world, *brought(Version.parse("29.4.3"), ("rootlesskit",)))
    world.programs["/usr/bin/pasta"] = "/usr/bin/pasta"
    assert findings(world, ("rootlesskit",), ENVIRONMENT) == ()


def test_all_that_is_missing_is_told_at_once() -> None:
    world = machine()
    world.allowed = {}
    world.surroundings["/etc/subuid"] = b""
    del world.programs["/usr/bin/newgidmap"]
    error = refused(world)
    assert error.details == (
        "there is no newgidmap; /etc/subuid has no range for anna; there is no /dev/net/tun"
    )
    assert error.hint.count("&&") == 2


def test_limits_and_lingering_are_only_worth_saying() -> None:
    world = machine()
    world.surroundings[DELEGATED] = b"memory pids\n"
    world.host = replace(world.host, init="systemd")
    del world.programs["/usr/bin/iptables"]
    said = dict(warned(world))
    assert "Delegate=cpu cpuset io memory pids" in said.pop(
        "containers without root have no limits of cpu, cpuset, io here"
    )
    assert "loginctl enable-linger anna" in said.pop(
        "the engine ends when anna logs out, and does not start at boot"
    )
    assert "sudo apt install iptables" in said.pop(
        "there is no iptables: containers will not reach the network"
    )
    assert said == {}
    world.host = replace(world.host, cgroup=1)
    world.surroundings["/var/lib/systemd/linger/anna"] = b""
    assert [what for what, _ in warned(world)] == [
        "containers without root have no limits of memory and CPU here",
        "there is no iptables: containers will not reach the network",
    ]


def test_root_has_no_engine_without_root() -> None:
    world = machine()
    world.host = replace(world.host, uid=0)
    (found,) = findings(world, (), ENVIRONMENT)
    assert isinstance(found.error, RootWithoutRoot)
    assert found.error.exit == 2
