"""What is done with machines that are there: start, stop, upgrade, remove, and their like."""

from collections.abc import Sequence

from tests.standins.docker_machine import booting, states, store
from tests.standins.docker_machine.call import Call, Fails, Hangs
from tests.standins.docker_machine.flags import Given
from tests.standins.docker_machine.store import Host


def hosts(call: Call, words: Sequence[str]) -> list[Host]:
    """Those that are named, or the one called `default`; raises Fails."""
    if words:
        return [store.host(call, name) for name in words]
    if not call.around.disk.is_there(store.folder(call, "default")):
        raise Fails('Error: No machine name(s) specified and no "default" machine exists')
    return [store.host(call, "default")]


def start(call: Call, given: Given) -> None:
    for host in hosts(call, given.words):
        _start(call, host)
        for line in booting.SSH:
            call.say(line)
    call.say(
        "Started machines may have new IP addresses. You may need to re-run the "
        "`docker-machine env` command."
    )


def stop(call: Call, given: Given) -> None:
    for host in hosts(call, given.words):
        _stop(call, host, "Stopping", "stopped")


def kill(call: Call, given: Given) -> None:
    for host in hosts(call, given.words):
        _stop(call, host, "Killing", "killed")


def restart(call: Call, given: Given) -> None:
    for host in hosts(call, given.words):
        call.say(f'Restarting "{host.name}"...')
        if host.driver_name == "none":
            raise Fails("hosts without a driver cannot be restarted")
        if states.found(call, host).state == "Running":
            booting.power_off(call, host.name)
        booting.power_on(call, host)
        for line in booting.SSH:
            call.say(line)
    call.say(
        "Restarted machines may have new IP addresses. You may need to re-run the "
        "`docker-machine env` command."
    )


def provision(call: Call, given: Given) -> None:
    for host in hosts(call, given.words):
        _provision(call, host)


def regenerate(call: Call, given: Given) -> None:
    if not given.on("force"):
        call.say("Regenerate TLS machine certs?  Warning: this is irreversible. (y/n): \x00")
        if not call.stdin:
            raise Fails("EOF")
    call.say("Regenerating TLS certificates")
    for host in hosts(call, given.words):
        _provision(call, host)


def upgrade(call: Call, given: Given) -> None:
    for host in hosts(call, given.words):
        _upgrade(call, host)


def remove(call: Call, given: Given, usage: str) -> None:
    if not given.words:
        call.say(usage)
        raise Fails("Error: Expected to get one or more machine names as arguments")
    force = given.on("force")
    call.say(f"About to remove {', '.join(given.words)}")
    call.say("WARNING: This action will delete both local reference and remote instance.")
    if not force and not given.on("y"):
        call.say("Are you sure? (y/n): \x00")
        if not call.stdin.lower().startswith("y"):
            return
    failures = [each for name in given.words if (each := _removed(call, name, force=force))]
    if failures:
        raise Fails("\n".join(failures))


def _start(call: Call, host: Host) -> None:
    call.say(f'Starting "{host.name}"...')
    now = states.found(call, host)
    if now.error:
        raise Fails(now.error)
    if now.state == "Running":
        raise Fails(f'Machine "{host.name}" is already running.')
    booting.power_on(call, host)
    call.say(f'Machine "{host.name}" was started.')


def _stop(call: Call, host: Host, doing: str, done: str) -> None:
    call.say(f'{doing} "{host.name}"...')
    if host.driver_name == "none":
        raise Fails(f"hosts without a driver cannot be {done}")
    now = states.found(call, host)
    if now.error:
        raise Fails(now.error)
    if now.state == "Stopped":
        raise Fails(f'Machine "{host.name}" is already stopped.')
    booting.power_off(call, host.name)
    call.say(f'Machine "{host.name}" was {done}.')


def _provision(call: Call, host: Host) -> None:
    """One whose making was cut short is not healed by it."""
    call.say(booting.SSH[0])
    if host.driver_name == "none":
        raise Hangs
    known = states.required(call, host)
    call.say(booting.SSH[1])
    if not known.provisioned:
        raise Fails(
            "Unable to verify the Docker daemon is listening: Maximum number of retries (10) "
            "exceeded"
        )
    for line in booting.CERTS:
        call.say(line)
    booting.provision(call, host)


def _upgrade(call: Call, host: Host) -> None:
    """Fetches its image anew from where it came from, whatever lies in the machine's folder."""
    if host.driver_name != "none" and states.found(call, host).state != "Running":
        call.say("Starting machine so machine can be upgraded...")
        _start(call, host)
        for line in booting.SSH:
            call.say(line)
    call.say(booting.SSH[0])
    if host.driver_name == "none":
        raise Hangs
    call.say(booting.SSH[1])
    states.version(call, host)
    call.say("Upgrading docker...")
    call.say("Stopping machine to do the upgrade...")
    booting.power_off(call, host.name)
    call.say(f'Upgrading machine "{host.name}"...')
    booting.copied(call, host, told=False)
    call.say("Starting machine back up...")
    booting.power_on(call, host)
    call.say("Restarting docker...")


def _removed(call: Call, name: str, *, force: bool) -> str | None:
    """None for well. By force it says what failed, and succeeds."""
    try:
        host = store.host(call, name)
        why = store.why_no_driver(call, host)
        if why is not None:
            raise Fails(why)
        known = store.vm(call, name)
        if known is not None:
            call.around.hypervisor.halt(known)
            store.forget(call, name)
        call.passes("machine gone")
    except Fails as failure:
        if failure.code == 2:
            raise
        told = f'Error removing host "{name}": {failure.said}'
        if not force:
            return told
        call.complain(told)
        if not call.around.disk.is_there(store.folder(call, name)):
            call.complain(f'Can\'t remove "{name}"')
            return None
    call.around.disk.remove(store.folder(call, name))
    call.say(f"Successfully removed {name}")
    return None
