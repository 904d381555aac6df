"""What only asks of a machine: how it stands, where its engine is, what its config.json says."""

from collections.abc import Sequence

from tests.standins.docker_machine import go, shells, states, store
from tests.standins.docker_machine.acting import hosts
from tests.standins.docker_machine.call import Call, Fails
from tests.standins.docker_machine.flags import Given
from tests.standins.docker_machine.store import Host

_BUILDS = {"0.16.2": "b170508b", "0.12.0": "45c69ad"}
_VARIABLES = ("DOCKER_TLS_VERIFY", "DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_MACHINE_NAME")
# what ssh(1) says to a machine without a driver, which has no host to go to
_SSH_USAGE = "usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] destination [command [argument ...]]"


def own_version(call: Call) -> str:
    version = call.around.conditions.version
    return f"docker-machine version {version}, build {_BUILDS[version]}"


def version(call: Call, given: Given) -> None:
    if not given.words:
        call.say(own_version(call))
        return
    call.say(states.version(call, _one(call, given)))


def status(call: Call, given: Given) -> None:
    host = _one(call, given)
    now = states.found(call, host)
    if now.error == states.GONE:
        call.say(now.error)
    if now.error:
        raise Fails(f"error getting state for host {host.name}: {now.error}")
    call.say(now.state)


def ip(call: Call, given: Given) -> None:
    for host in hosts(call, given.words):
        try:
            call.say(states.address(call, host))
        except Fails as failure:
            raise Fails(f"Error getting IP address: {failure.said}") from None


def url(call: Call, given: Given) -> None:
    call.say(states.url(call, _one(call, given)))


def config(call: Call, given: Given) -> None:
    host = _one(call, given)
    at = _boilerplate(call, host, given, "Error running connection boilerplate")
    where = store.folder(call, host.name)
    call.say(
        f'--tlsverify\n--tlscacert="{where}/ca.pem"\n--tlscert="{where}/cert.pem"\n'
        f'--tlskey="{where}/key.pem"\n-H={at}'
    )


def env(call: Call, given: Given, words: Sequence[str]) -> None:
    command = " ".join(["docker-machine env", *words])
    if given.on("unset"):
        if given.words:
            raise Fails("Error: Expected no machine name when the -u flag is present")
        call.say(shells.unsets(_shell(call, given), list(_VARIABLES), command))
        return
    host = _one(call, given)
    at = _boilerplate(call, host, given, "Error checking TLS connection")
    values = ("1", at, store.folder(call, host.name), host.name)
    pairs = list(zip(_VARIABLES, values, strict=True))
    if given.on("no-proxy"):
        pairs.append(("NO_PROXY", states.address(call, host)))
    call.say(shells.sets(_shell(call, given), pairs, command))


def inspect(call: Call, given: Given, usage: str) -> None:
    if len(given.words) > 1:
        call.say(usage)
    host = _one(call, given)
    template = given.text("format")
    shown = dict(host.config)
    if store.why_no_driver(call, host) is not None:
        shown["Driver"] = {"Name": host.driver_name}
    if not template:
        call.say(go.indented(shown))
        return
    try:
        call.say(go.filled(template, shown))
    except go.TemplateError as error:
        raise Fails(str(error)) from None


def ssh(call: Call, words: Sequence[str]) -> None:
    host = hosts(call, words[:1])[0]
    if host.driver_name == "none":
        raise Fails(f"{_SSH_USAGE}\nexit status 255")
    now = states.found(call, host)
    known = store.vm(call, host.name)
    if now.error:
        raise Fails(now.error)
    if now.state != "Running" or known is None:
        raise Fails(f'Error: Cannot run SSH command: Host "{host.name}" is not running')
    ended = call.around.hypervisor.execute(known, store.folder(call, host.name), words[1:])
    if ended.out:
        call.say(ended.out.removesuffix("\n"))
    if ended.err:
        call.complain(ended.err.removesuffix("\n"))
    if ended.code:
        raise Fails(f"exit status {ended.code}")


def _one(call: Call, given: Given) -> Host:
    if len(given.words) > 1:
        raise Fails("Error: Expected one machine name as an argument")
    return hosts(call, given.words)[0]


def _boilerplate(call: Call, host: Host, given: Given, failed: str) -> str:
    try:
        if given.on("swarm"):
            raise Fails(
                f'"{host.name}" is not a swarm master. The --swarm flag is intended for use with '
                "swarm masters"
            )
        return states.connected(call, host)
    except Fails as failure:
        raise Fails(f"{failed}: {failure.said}") from None


def _shell(call: Call, given: Given) -> str:
    said = given.text("shell")
    found = said or call.env.get("SHELL", "").rpartition("/")[2]
    if not found:
        call.say(
            "The default lines below are for a sh/bash shell, you can specify the shell you're "
            "using, with the --shell flag.\n"
        )
        raise Fails("Error: Unknown shell")
    return found
