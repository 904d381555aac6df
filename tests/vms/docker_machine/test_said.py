"""What docker-machine says when it fails, word for word as 0.16.2 says it, is an error of ours."""

import pytest

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Finished
from dockswitch.vms.docker_machine import errors, said
from tests.world import World

NAME = "docker-rc2"
CREATING = "Error creating machine: Error in driver during machine creation: "
CHECKING = "Error checking TLS connection: "
CERTIFICATES = (
    f"{CHECKING}Error checking and/or regenerating the certs: There was an error validating "
    'certificates for host "127.0.77.5:2376": '
)
HINTS = (
    "\nYou can attempt to regenerate them using 'docker-machine regenerate-certs [name]'.\n"
    "Be advised that this will trigger a Docker daemon restart which might stop running containers."
    "\n\n"
)
SAID: list[tuple[type[DockswitchError], int, str]] = [
    (
        errors.NoDriver,
        1,
        (
            'Driver "nosuchdrv" not found. Do you have the plugin binary '
            '"docker-machine-driver-nosuchdrv" accessible in your PATH?\n'
        ),
    ),
    (
        errors.NoDriver,
        1,
        (
            "error getting state for host dockswitch-20.10.24: Driver "
            '"qemu" not found. Do you have the plugin binary accessible in your PATH?\n'
        ),
    ),
    (
        errors.NoDriver,
        1,
        (
            'Error setting machine configuration from flags provided: Driver "vmwarefusion" not '
            "supported on this platform.\n"
        ),
    ),
    (
        errors.VBoxManageMissing,
        3,
        (
            'Error with pre-create check: "VBoxManage not found. Make sure VirtualBox is '
            "installed and "
            'VBoxManage is in the path"\n'
        ),
    ),
    (
        errors.NoVTx,
        3,
        (
            "Error with pre-create check: \"This computer doesn't have VT-X/AMD-v "
            "enabled. Enabling it "
            'in the BIOS is mandatory"\n'
        ),
    ),
    (
        errors.Unprepared,
        3,
        'Error with pre-create check: "Powershell was not found in the path"\n',
    ),
    (
        errors.BadMachineName,
        1,
        (
            "Error creating machine: Invalid hostname specified. Allowed hostname chars "
            "are: 0-9a-zA-Z "
            ". -\n"
        ),
    ),
    (
        errors.BadMachineName,
        1,
        f"Error checking if host exists: stat /s/machines/{NAME}: file name too long\n",
    ),
    (errors.BadFlags, 1, "flag provided but not defined: -bogus-flag\n"),
    (errors.BadFlags, 1, 'invalid value "abc" for flag -virtualbox-memory: parse error\n'),
    (errors.AlreadyThere, 1, f'Docker machine "{NAME}" already exists\n'),
    (
        errors.NoSuchMachine,
        1,
        (
            f'Docker machine "{NAME}" does not exist. Use "docker-machine ls" to list '
            "machines. Use "
            '"docker-machine create" to add a new one.\n'
        ),
    ),
    (errors.VmGone, 1, f"error getting state for host {NAME}: machine does not exist\n"),
    (errors.CutShort, 1, f"open /s/machines/{NAME}/config.json: no such file or directory\n"),
    (errors.HostNotRunning, 1, f"{CHECKING}Host is not running\n"),
    (errors.HostNotRunning, 1, f'Error: Cannot run SSH command: Host "{NAME}" is not running\n'),
    (
        errors.EngineSilent,
        1,
        f"{CERTIFICATES}dial tcp 127.0.77.5:2376: connect: connection refused{HINTS}",
    ),
    (
        errors.CertificatesInvalid,
        1,
        f"{CERTIFICATES}x509: certificate is valid for 127.0.77.2, not 127.0.77.5{HINTS}",
    ),
    (
        errors.EngineSilent,
        1,
        (
            'Unable to query docker version: Get "https://127.0.0.1:36955/v1.15/version": read tcp '
            "127.0.0.1:58102->127.0.0.1:36955: read: connection reset by peer\n"
        ),
    ),
    (
        errors.EngineTooNew,
        1,
        (
            'Unable to query docker version: 400 Bad Request: {"message":"client version '
            "1.15 is too "
            "old. Minimum supported API version is 1.24, please upgrade your client to a newer "
            'version"}\n'
        ),
    ),
    (
        errors.ImageNotFetched,
        1,
        f"{CREATING}open /isos/NOPE.iso: no such file or directory\n",
    ),
    (errors.ImageNotFetched, 1, "open /isos/gone.iso: no such file or directory\n"),
    (
        errors.ImageNotFetched,
        1,
        (
            f'{CREATING}Get "http://127.0.0.1:18098/x.iso": dial tcp 127.0.0.1:18098: connect: '
            "connection refused\n"
        ),
    ),
    (
        errors.ImageNotFetched,
        1,
        f'{CREATING}Get "c:\\\\isos\\\\x.iso": unsupported protocol scheme "c"\n',
    ),
    (
        errors.DoesNotBoot,
        1,
        (
            f"{CREATING}Unable to start the VM: /usr/bin/VBoxManage startvm t404 --type headless "
            "failed:\nVBoxManage: error: FATAL: No bootable medium found! System "
            "halted.\n\nDetails: "
            "00:00:01 FATAL: No bootable medium found (volume id '')\n"
        ),
    ),
    (
        errors.SshTimeout,
        1,
        (
            "Error creating machine: Error detecting OS: Too many retries waiting for SSH to be "
            "available.  Last error: Maximum number of retries (60) exceeded\n"
        ),
    ),
    (
        errors.DaemonTimeout,
        1,
        (
            "Unable to verify the Docker daemon is listening: Maximum number of retries "
            "(10) exceeded\n"
        ),
    ),
    (
        errors.DriverPanic,
        1,
        (
            f"{CREATING}Panic in the driver: runtime error: invalid memory address or nil pointer "
            "dereference\ngoroutine 16 [running]:\nruntime/debug.Stack()\n"
        ),
    ),
    (errors.Failed, 1, "hosts without a driver cannot be stopped\n"),
]


@pytest.mark.parametrize(("kind", "code", "text"), SAID)
def test_what_it_says_is_an_error_of_ours(
    kind: type[DockswitchError], code: int, text: str
) -> None:
    told = said.error(World(), Finished(code, "", text), NAME)
    assert type(told) is kind
    assert "goroutine" not in told.details
    assert "regenerate them" not in told.details
    assert told.hint or kind is errors.Failed


def test_certificates_that_do_not_fit_are_mended_by_what_restarts_the_engine() -> None:
    text = f"{CERTIFICATES}x509: certificate is valid for 127.0.77.2, not 127.0.77.5{HINTS}"
    told = said.error(World(), Finished(1, "", text), NAME)
    assert f"docker-machine regenerate-certs {NAME}" in told.hint
    assert "restarts the engine" in told.hint


PANIC = (
    "panic: runtime error: invalid memory address or nil pointer dereference\n"
    "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x7bf35f]\n\n"
    "goroutine 1 [running]:\ngithub.com/docker/machine/libmachine/host.MigrateHostV2ToHostV3\n"
)
SOUND = b'{"ConfigVersion": 3, "DriverName": "virtualbox", "Driver": {}}'


def test_a_panic_names_the_file_at_fault_whichever_machine_it_is_of() -> None:
    world = World()
    store = f"{world.layout.machines}/machines"
    world.write(f"{store}/a/config.json", SOUND)
    world.write(f"{store}/b/config.json", b"{}")
    told = said.error(world, Finished(2, "", PANIC), "a")
    assert isinstance(told, errors.SpoiledStore)
    assert told.path == world.layout.real(f"{store}/b/config.json")
    assert told.path in told.message
    assert "goroutine" not in told.details


def test_a_config_that_is_no_json_is_named_too() -> None:
    world = World()
    path = f"{world.layout.machines}/machines/{NAME}/config.json"
    world.write(path, b"{broken")
    text = (
        "Error getting migrated host: invalid character 'b' looking for beginning of object key "
        "string\n"
    )
    told = said.error(world, Finished(1, "", text), NAME)
    assert isinstance(told, errors.SpoiledStore)
    assert told.path == world.layout.real(path)


def test_a_panic_of_a_sound_store_is_not_blamed_on_it() -> None:
    world = World()
    world.write(f"{world.layout.machines}/machines/a/config.json", SOUND)
    assert type(said.error(world, Finished(2, "", PANIC), "a")) is errors.Failed
