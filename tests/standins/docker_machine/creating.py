"""`create`: what is checked before, what is left where it fails, and what it says."""

from collections.abc import Sequence

from tests.standins.docker_machine import booting, flags, iso, store
from tests.standins.docker_machine.call import Call, Fails, valid_name
from tests.standins.docker_machine.drivers import COMMON, DRIVERS, Driver, described
from tests.standins.docker_machine.flags import Flag, Given
from tests.standins.docker_machine.ports import Vm
from tests.standins.docker_machine.store import Host

ABOUT = "Create a machine"
DESCRIPTION = (
    "Run 'docker-machine create --driver name --help' to include the create flags for that driver "
    "in the help text."
)
_UNREACHED = """
This machine has been allocated an IP address, but Docker Machine could not
reach it successfully.

SSH for the machine should still work, but connecting to exposed ports, such as
the Docker daemon port (usually <ip>:2376), may not work properly.

You may need to add the route manually, or use another related workaround.

This could be due to a VPN, proxy, or host file configuration issue.

You also might want to clear any VirtualBox host only interfaces you are not using."""


def create(call: Call, words: Sequence[str]) -> None:
    driver = _driver(call, words)
    known = sorted((*COMMON, *driver.flags), key=lambda flag: flag.names[0])
    usage = flags.usage("create", ABOUT, known, DESCRIPTION)
    given = _given(call, words, known, usage)
    if given.on("help"):
        call.say(usage)
        return
    name = _name(call, given, usage)
    _refuse_unfit(call, driver, given)
    plain = described(driver, given, name, call.store)
    host = store.new(call, name, driver.name, plain, _options(call, name, given))
    _bootstrap(call)
    call.say("Running pre-create checks...")
    try:
        _check(call, driver, given, host)
    except Fails as failure:
        said = failure.said.replace('"', '\\"')
        raise Fails(f'Error with pre-create check: "{said}"', 3) from None
    call.around.disk.folder(store.folder(call, name))
    call.passes("folder made")
    store.save(call, host)
    call.passes("config written")
    call.say("Creating machine...")
    if driver.boots:
        _made(call, host)
    call.say(
        "To see how to connect your Docker Client to the Docker Engine running on this virtual "
        f"machine, run: docker-machine env {name}"
    )


def _driver(call: Call, words: Sequence[str]) -> Driver:
    """Found before the flags are, as it has some of its own."""
    name = call.env.get("MACHINE_DRIVER") or "virtualbox"
    for at, word in enumerate(words):
        key, _, value = word.lstrip("-").partition("=")
        if word.startswith("-") and key in ("d", "driver"):
            name = value or next(iter(words[at + 1 :]), name)
    driver = DRIVERS.get(name)
    if driver is None or (driver.plugin and name not in call.around.conditions.plugins):
        raise Fails(
            f'Driver "{name}" not found. Do you have the plugin binary '
            f'"docker-machine-driver-{name}" accessible in your PATH?'
        )
    return driver


def _given(call: Call, words: Sequence[str], known: Sequence[Flag], usage: str) -> Given:
    try:
        return flags.given(words, known, call.env)
    except flags.Misused as misuse:
        call.say(f"Incorrect Usage.\n\n{usage}")
        raise Fails(str(misuse)) from None


def _name(call: Call, given: Given, usage: str) -> str:
    if len(given.words) > 1:
        raise Fails(f"Invalid command line. Found extra arguments [{' '.join(given.words[1:])}]")
    if not given.words:
        call.say(usage)
        raise Fails("Error: No machine name specified")
    name = given.words[0]
    if not valid_name(name):
        raise Fails(
            "Error creating machine: Invalid hostname specified. Allowed hostname chars are: "
            "0-9a-zA-Z . -"
        )
    if store.is_there(call, name):
        raise Fails(f'Docker machine "{name}" already exists')
    return name


def _refuse_unfit(call: Call, driver: Driver, given: Given) -> None:
    unset = "Error setting machine configuration from flags provided: "
    if driver.name == "none" and not given.text("url"):
        raise Fails(f"{unset}--url option is required when no driver is selected")
    if driver.name == "vmwarefusion":
        raise Fails(f'{unset}Driver "vmwarefusion" not supported on this platform.')
    if driver.name == "generic" and not given.text("generic-ip-address"):
        raise Fails(f"{unset}generic driver requires the --generic-ip-address option")


def _bootstrap(call: Call) -> None:
    where = store.certs(call)
    if not call.around.disk.is_there(f"{where}/ca.pem"):
        call.say(f"Creating CA: {where}/ca.pem")
        call.around.certificates.authority(where)
    if not call.around.disk.is_there(f"{where}/cert.pem"):
        call.say(f"Creating client certificate: {where}/cert.pem")
        call.around.certificates.client(where)


def _check(call: Call, driver: Driver, given: Given, host: Host) -> None:
    conditions = call.around.conditions
    if driver.name == "hyperv" and not conditions.powershell:
        raise Fails("Powershell was not found in the path")
    if driver.name == "virtualbox":
        if not conditions.vboxmanage:
            raise Fails(
                "VBoxManage not found. Make sure VirtualBox is installed and VBoxManage is in the "
                "path"
            )
        if not conditions.vtx and not given.on("virtualbox-no-vtx-check"):
            raise Fails(
                "This computer doesn't have VT-X/AMD-v enabled. Enabling it in the BIOS is "
                "mandatory"
            )
    if driver.boots and not driver.plugin:
        _cache(call, host)


def _cache(call: Call, host: Host) -> None:
    """Plugins look after it only as they create."""
    cache = f"{call.store}/cache"
    if not call.around.disk.is_there(cache):
        line = f"Image cache directory does not exist, creating it at {cache}..."
        call.driver_says(host.name, line)
        call.around.disk.folder(cache)
    image = booting.cached(call)
    if host.url or image is not None:
        _about_latest(call, host, image)
    if host.url:
        return
    if image is None:
        call.driver_says(
            host.name, "No default Boot2Docker ISO found locally, downloading the latest release..."
        )
        raise Fails(booting.NO_LATEST)
    if "-v" not in iso.label(image):
        call.driver_says(
            host.name, "Default Boot2Docker ISO is out-of-date, downloading the latest release..."
        )
        raise Fails(booting.NO_LATEST)


def _about_latest(call: Call, host: Host, image: bytes | None) -> None:
    """What it says of a newer image, wherever one is cached."""
    if image is None:
        return
    if host.url:
        call.driver_says(
            host.name,
            f'Boot2Docker URL was explicitly set to "{host.url}" at create time, so Docker Machine '
            "cannot upgrade this machine to the latest version.",
        )
        return
    if "-v" not in iso.label(image):
        call.driver_says(
            host.name,
            "Unable to get the local Boot2Docker ISO version:  Did not find prefix "
            '"-v" in version string',
        )
        return
    call.driver_says(
        host.name,
        f"Unable to get the latest Boot2Docker ISO release version:  {booting.NO_LATEST}",
    )


def _made(call: Call, host: Host) -> None:
    try:
        host = _created(call, host)
    except Fails as failure:
        raise Fails(
            f"Error creating machine: Error in driver during machine creation: {failure.said}"
        ) from None
    store.save(call, host)
    call.say("Waiting for machine to be running, this may take a few minutes...")
    call.say("Detecting operating system of created instance...")
    for line in (*booting.SSH, "Provisioning with boot2docker...", *booting.CERTS):
        call.say(line)
    booting.provision(call, host)
    if host.driver_name == "qemu":
        call.say(_UNREACHED)
    call.say("Checking connection to Docker...")
    call.say("Docker is up and running!")


def _created(call: Call, host: Host) -> Host:
    """What its driver does; raises Fails, with what was made until then left as it is."""
    name, virtualbox = host.name, host.driver_name == "virtualbox"
    if DRIVERS[host.driver_name].plugin:
        _cache(call, host)
    else:
        _about_latest(call, host, booting.cached(call))
    if not host.url:
        target = store.image(call, name)
        call.driver_says(name, f"Copying {call.store}/cache/boot2docker.iso to {target}...")
    booting.copied(call, host, told=True)
    if virtualbox:
        call.driver_says(name, "Creating VirtualBox VM...")
    call.driver_says(name, "Creating SSH key...")
    where = store.folder(call, name)
    call.around.disk.write(f"{where}/id_rsa", b"a key of the stand-in\n")
    call.around.disk.write(f"{where}/id_rsa.pub", b"ssh-rsa AAAA\n")
    call.around.disk.write(f"{where}/{'disk.vmdk' if virtualbox else f'{name}.img'}", b"")
    store.note(call, Vm(name, store.image(call, name)))
    call.passes("machine made")
    if not virtualbox:
        call.driver_says(name, "Creating Disk image...")
        call.driver_says(name, f"Starting {host.driver_name.upper()} VM...")
    else:
        call.driver_says(name, "Starting the VM...")
    host = store.with_driver(host, SSHPort=40000 + len(store.vms(call)))
    booted = booting.power_on(call, host, first=True)
    if host.driver_name == "qemu":
        return store.with_driver(host, EnginePort=booted.port)
    return store.with_driver(host, IPAddress=booted.address)


def _options(call: Call, name: str, given: Given) -> dict[str, object]:
    where, certs = store.folder(call, name), store.certs(call)
    engine = {
        "ArbitraryFlags": given.all("engine-opt"),
        "Dns": None,
        "GraphDir": "",
        "Env": given.all("engine-env"),
        "Ipv6": False,
        "InsecureRegistry": given.all("engine-insecure-registry"),
        "Labels": given.all("engine-label"),
        "LogLevel": "",
        "StorageDriver": given.text("engine-storage-driver"),
        "SelinuxEnabled": False,
        "TlsVerify": True,
        "RegistryMirror": given.all("engine-registry-mirror"),
        "InstallURL": given.text("engine-install-url"),
    }
    swarm = {
        "IsSwarm": given.on("swarm"),
        "Address": given.text("swarm-addr"),
        "Discovery": given.text("swarm-discovery"),
        "Agent": given.on("swarm"),
        "Master": given.on("swarm-master"),
        "Host": given.text("swarm-host"),
        "Image": given.text("swarm-image"),
        "Strategy": given.text("swarm-strategy"),
        "Heartbeat": 0,
        "Overcommit": 0,
        "ArbitraryFlags": given.all("swarm-opt"),
        "ArbitraryJoinFlags": given.all("swarm-join-opt"),
        "Env": None,
        "IsExperimental": given.on("swarm-experimental"),
    }
    auth = {
        "CertDir": certs,
        "CaCertPath": f"{certs}/ca.pem",
        "CaPrivateKeyPath": f"{certs}/ca-key.pem",
        "CaCertRemotePath": "",
        "ServerCertPath": f"{where}/server.pem",
        "ServerKeyPath": f"{where}/server-key.pem",
        "ClientKeyPath": f"{certs}/key.pem",
        "ServerCertRemotePath": "",
        "ServerKeyRemotePath": "",
        "ClientCertPath": f"{certs}/cert.pem",
        "ServerCertSANs": given.all("tls-san"),
        "StorePath": where,
    }
    return {
        "Driver": "",
        "Memory": 0,
        "Disk": 0,
        "EngineOptions": engine,
        "SwarmOptions": swarm,
        "AuthOptions": auth,
    }
