"""The drivers: their flags, and what each of them writes into a machine's config.json.

Those of virtualbox and qemu are measured. Of hyperv, vmwarevsphere and kvm only the flag for the
image is known, from their sources; their `create` was never run.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.standins.docker_machine.flags import Flag, Given

_IMAGE = "The URL of the boot2docker image. Defaults to the latest available version"

COMMON = (
    Flag(("driver", "d"), "Driver to create machine with.", "text", "virtualbox", "MACHINE_DRIVER"),
    Flag(("engine-env",), "Specify environment variables to set in the engine", "list"),
    Flag(
        ("engine-insecure-registry",),
        "Specify insecure registries to allow with the created engine",
        "list",
    ),
    Flag(
        ("engine-install-url",),
        "Custom URL to use for engine installation",
        "text",
        "https://get.docker.com",
        "MACHINE_DOCKER_INSTALL_URL",
    ),
    Flag(("engine-label",), "Specify labels for the created engine", "list"),
    Flag(
        ("engine-opt",),
        "Specify arbitrary flags to include with the created engine in the form flag=value",
        "list",
    ),
    Flag(
        ("engine-registry-mirror",),
        "Specify registry mirrors to use",
        "list",
        "",
        "ENGINE_REGISTRY_MIRROR",
    ),
    Flag(("engine-storage-driver",), "Specify a storage driver to use with the engine"),
    Flag(("swarm",), "Configure Machine to join a Swarm cluster", "switch"),
    Flag(("swarm-addr",), "addr to advertise for Swarm (default: detect and use the machine IP)"),
    Flag(("swarm-discovery",), "Discovery service to use with Swarm"),
    Flag(("swarm-experimental",), "Enable Swarm experimental features", "switch"),
    Flag(
        ("swarm-host",),
        "ip/socket to listen on for Swarm master",
        "text",
        "tcp://0.0.0.0:3376",
    ),
    Flag(
        ("swarm-image",),
        "Specify Docker image to use for Swarm",
        "text",
        "swarm:latest",
        "MACHINE_SWARM_IMAGE",
    ),
    Flag(("swarm-join-opt",), "Define arbitrary flags for Swarm join", "list"),
    Flag(("swarm-master",), "Configure Machine to be a Swarm master", "switch"),
    Flag(("swarm-opt",), "Define arbitrary flags for Swarm master", "list"),
    Flag(
        ("swarm-strategy",),
        "Define a default scheduling strategy for Swarm",
        "text",
        "spread",
    ),
    Flag(("tls-san",), "Support extra SANs for TLS certs", "list"),
)


@dataclass(frozen=True, slots=True)
class Driver:
    """`plugin` is one that is no part of docker-machine; `image` names its flag for the image."""

    name: str
    flags: tuple[Flag, ...]
    plugin: bool = False

    @property
    def image(self) -> str:
        return f"{self.name}-boot2docker-url"

    @property
    def boots(self) -> bool:
        return any(self.image in flag.names for flag in self.flags)


def _virtualbox() -> Driver:
    def flag(
        name: str, usage: str, variable: str, default: str = "", kind: str = "text"
    ) -> tuple[str, str, str, str, str]:
        return f"virtualbox-{name}", usage, f"VIRTUALBOX_{variable}", default, kind

    told = (
        flag("boot2docker-url", _IMAGE, "BOOT2DOCKER_URL"),
        flag(
            "cpu-count",
            "number of CPUs for the machine (-1 to use the number of CPUs available)",
            "CPU_COUNT",
            "1",
            "number",
        ),
        flag("disk-size", "Size of disk for host in MB", "DISK_SIZE", "20000", "number"),
        flag("host-dns-resolver", "Use the host DNS resolver", "HOST_DNS_RESOLVER", kind="switch"),
        flag("hostonly-cidr", "Specify the Host Only CIDR", "HOSTONLY_CIDR", "192.168.99.1/24"),
        flag(
            "hostonly-nicpromisc",
            "Specify the Host Only Network Adapter Promiscuous Mode",
            "HOSTONLY_NIC_PROMISC",
            "deny",
        ),
        flag(
            "hostonly-nictype",
            "Specify the Host Only Network Adapter Type",
            "HOSTONLY_NIC_TYPE",
            "82540EM",
        ),
        flag(
            "hostonly-no-dhcp",
            "Disable the Host Only DHCP Server",
            "HOSTONLY_NO_DHCP",
            kind="switch",
        ),
        flag(
            "import-boot2docker-vm",
            "The name of a Boot2Docker VM to import",
            "BOOT2DOCKER_IMPORT_VM",
        ),
        flag("memory", "Size of memory for host in MB", "MEMORY_SIZE", "1024", "number"),
        flag("nat-nictype", "Specify the Network Adapter Type", "NAT_NICTYPE", "82540EM"),
        flag(
            "no-dns-proxy",
            "Disable proxying all DNS requests to the host",
            "NO_DNS_PROXY",
            kind="switch",
        ),
        flag("no-share", "Disable the mount of your home directory", "NO_SHARE", kind="switch"),
        flag(
            "no-vtx-check",
            "Disable checking for the availability of hardware virtualization before the vm is "
            "started",
            "NO_VTX_CHECK",
            kind="switch",
        ),
        flag(
            "share-folder",
            "Mount the specified directory instead of the default home location. Format: dir:name",
            "SHARE_FOLDER",
        ),
        flag("ui-type", "Specify the UI Type: (gui|sdl|headless|separate)", "UI_TYPE", "headless"),
    )
    return Driver("virtualbox", tuple(_flag(*each) for each in told))


def _qemu() -> Driver:
    told = (
        ("qemu-boot2docker-url", _IMAGE, "QEMU_BOOT2DOCKER_URL", "", "text"),
        (
            "qemu-cache-mode",
            "Disk cache mode: default, none, writethrough, writeback, directsync, or unsafe",
            "",
            "default",
            "text",
        ),
        ("qemu-cpu-count", "Number of CPUs", "", "1", "number"),
        ("qemu-disk-size", "Size of disk for host in MB", "", "20000", "number"),
        ("qemu-display", "Display video output", "", "", "switch"),
        ("qemu-display-type", "Select type of display", "QEMU_DISPLAY_TYPE", "", "text"),
        ("qemu-io-mode", "Disk IO mode: threads, native", "", "threads", "text"),
        (
            "qemu-localports",
            "Port range to bind local SSH and engine ports",
            "QEMU_LOCALPORTS",
            "",
            "text",
        ),
        ("qemu-memory", "Size of memory for host in MB", "", "1024", "number"),
        (
            "qemu-network",
            "Name of network to connect to (user, tap, bridge)",
            "",
            "user",
            "text",
        ),
        (
            "qemu-network-address",
            "IP of the network adress to be used for networking (for tap)",
            "",
            "",
            "text",
        ),
        (
            "qemu-network-bridge",
            "Name of the network bridge to be used for networking (for bridge)",
            "",
            "br0",
            "text",
        ),
        (
            "qemu-network-interface",
            "Name of the network interface to be used for networking (for tap)",
            "",
            "tap0",
            "text",
        ),
        ("qemu-nographic", "Use -nographic instead of -display none", "", "", "switch"),
        ("qemu-program", "Name of program to run", "", "qemu-system-x86_64", "text"),
        ("qemu-ssh-user", "SSH username", "QEMU_SSH_USER", "docker", "text"),
        ("qemu-userdata", "cloud-config userdata file", "", "", "text"),
        (
            "qemu-virtio-drives",
            "Use virtio for drives (cdrom and disk)",
            "QEMU_VIRTIO_DRIVES",
            "",
            "switch",
        ),
    )
    return Driver("qemu", tuple(_flag(*each) for each in told), plugin=True)


def _flag(name: str, usage: str, variable: str, default: str, kind: str) -> Flag:
    match kind:
        case "switch":
            return Flag((name,), usage, "switch", default, variable)
        case "number":
            return Flag((name,), usage, "number", default, variable)
        case _:
            return Flag((name,), usage, "text", default, variable)


def _plain(name: str, variable: str, *, plugin: bool = False) -> Driver:
    return Driver(name, (Flag((f"{name}-boot2docker-url",), _IMAGE, variable=variable),), plugin)


DRIVERS: Mapping[str, Driver] = {
    each.name: each
    for each in (
        _virtualbox(),
        _qemu(),
        _plain("hyperv", "HYPERV_BOOT2DOCKER_URL"),
        _plain("vmwarevsphere", "VSPHERE_BOOT2DOCKER_URL"),
        Driver("vmwarefusion", ()),
        _plain("kvm", "KVM_BOOT2DOCKER_URL", plugin=True),
        Driver("none", (Flag(("url",), "URL of host when no driver is selected"),)),
        Driver(
            "generic",
            (
                Flag(
                    ("generic-ip-address",),
                    "IP Address of machine",
                    variable="GENERIC_IP_ADDRESS",
                ),
            ),
        ),
    )
}


def described(driver: Driver, given: Given, name: str, store: str) -> dict[str, object]:
    """What `Driver` is in config.json, in the order of its struct."""
    said = {
        "IPAddress": "",
        "MachineName": name,
        "SSHUser": "" if driver.name == "none" else "docker",
        "SSHPort": 0,
        "SSHKeyPath": "",
        "StorePath": store,
        "SwarmMaster": False,
        "SwarmHost": "" if driver.name == "none" else given.text("swarm-host"),
        "SwarmDiscovery": "",
    }
    if driver.name == "none":
        url = given.text("url")
        return {**said, "IPAddress": url.partition("//")[2], "URL": url}
    if driver.name == "virtualbox":
        key = f"{store}/machines/{name}/id_rsa"
        return {
            "VBoxManager": {},
            "HostInterfaces": {},
            **said,
            "SSHKeyPath": key,
            **_of_virtualbox(given),
        }
    if driver.name == "qemu":
        return {**said, **_of_qemu(given, name, store)}
    return {**said, "Boot2DockerURL": given.text(driver.image)}


def _of_virtualbox(given: Given) -> dict[str, object]:
    return {
        "CPU": given.number("virtualbox-cpu-count"),
        "Memory": given.number("virtualbox-memory"),
        "DiskSize": given.number("virtualbox-disk-size"),
        "NatNicType": given.text("virtualbox-nat-nictype"),
        "Boot2DockerURL": given.text("virtualbox-boot2docker-url"),
        "Boot2DockerImportVM": given.text("virtualbox-import-boot2docker-vm"),
        "HostDNSResolver": given.on("virtualbox-host-dns-resolver"),
        "HostOnlyCIDR": given.text("virtualbox-hostonly-cidr"),
        "HostOnlyNicType": given.text("virtualbox-hostonly-nictype"),
        "HostOnlyPromiscMode": given.text("virtualbox-hostonly-nicpromisc"),
        "UIType": given.text("virtualbox-ui-type"),
        "HostOnlyNoDHCP": given.on("virtualbox-hostonly-no-dhcp"),
        "NoShare": given.on("virtualbox-no-share"),
        "DNSProxy": not given.on("virtualbox-no-dns-proxy"),
        "NoVTXCheck": given.on("virtualbox-no-vtx-check"),
        "ShareFolder": given.text("virtualbox-share-folder"),
    }


def _of_qemu(given: Given, name: str, store: str) -> dict[str, object]:
    return {
        "EnginePort": 0,
        "FirstQuery": False,
        "Memory": given.number("qemu-memory"),
        "DiskSize": given.number("qemu-disk-size"),
        "CPU": given.number("qemu-cpu-count"),
        "Program": given.text("qemu-program"),
        "Display": given.on("qemu-display"),
        "DisplayType": given.text("qemu-display-type"),
        "Nographic": given.on("qemu-nographic"),
        "VirtioDrives": given.on("qemu-virtio-drives"),
        "Network": given.text("qemu-network"),
        "PrivateNetwork": "docker-machines",
        "Boot2DockerURL": given.text("qemu-boot2docker-url"),
        "NetworkInterface": given.text("qemu-network-interface"),
        "NetworkAddress": given.text("qemu-network-address"),
        "NetworkBridge": given.text("qemu-network-bridge"),
        "CaCertPath": "",
        "PrivateKeyPath": "",
        "DiskPath": f"{store}/machines/{name}/{name}.img",
        "CacheMode": given.text("qemu-cache-mode"),
        "IOMode": given.text("qemu-io-mode"),
        "UserDataFile": given.text("qemu-userdata"),
        "CloudConfigRoot": "",
        "LocalPorts": given.text("qemu-localports"),
    }
