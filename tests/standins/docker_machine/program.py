"""The program: its own flags, its commands by name, and how it ends."""

import os
from collections.abc import Callable, Sequence

from tests.standins.docker_machine import acting, asking, creating, flags, listing
from tests.standins.docker_machine.call import Call, CutShort, Fails, Hangs
from tests.standins.docker_machine.flags import Flag, Given
from tests.standins.docker_machine.ports import Around, Ended, Environment

_QUIET = Flag(("quiet", "q"), "Enable quiet mode", "switch")
_FLAGS: dict[str, tuple[str, str, tuple[Flag, ...]]] = {
    "ls": (
        "List machines",
        "",
        (
            _QUIET,
            Flag(("filter",), "Filter output based on conditions provided", "list"),
            Flag(("timeout", "t"), "Timeout in seconds, default to 10s", "number", "10"),
            Flag(("format", "f"), "Pretty-print machines using a Go template"),
        ),
    ),
    "inspect": (
        "Inspect information about a machine",
        "Argument is a machine name.",
        (Flag(("format", "f"), "Format the output using the given go template."),),
    ),
    "rm": (
        "Remove a machine",
        "Argument(s) are one or more machine names.",
        (
            Flag(
                ("force", "f"),
                "Remove local configuration even if machine cannot be removed, also implies an "
                "automatic yes (`-y`)",
                "switch",
            ),
            Flag(
                ("y",),
                "Assumes automatic yes to proceed with remove, without prompting further user "
                "confirmation",
                "switch",
            ),
        ),
    ),
    "env": (
        "Display the commands to set up the environment for the Docker client",
        "Argument is a machine name.",
        (
            Flag(("swarm",), "Display the Swarm config instead of the Docker daemon", "switch"),
            Flag(("shell",), "Force environment to be configured for a specified shell"),
            Flag(("unset", "u"), "Unset variables instead of setting them", "switch"),
            Flag(("no-proxy",), "Add machine IP to NO_PROXY environment variable", "switch"),
        ),
    ),
    "config": (
        "Print the connection config for machine",
        "Argument is a machine name.",
        (Flag(("swarm",), "Display the Swarm config instead of the Docker daemon", "switch"),),
    ),
    "active": (
        "Print which machine is active",
        "",
        (Flag(("timeout", "t"), "Timeout in seconds, default to 10s", "number", "10"),),
    ),
    "regenerate-certs": (
        "Regenerate TLS Certificates for a machine",
        "Argument(s) are one or more machine names.",
        (
            Flag(("force", "f"), "Force rebuild and do not prompt", "switch"),
            Flag(("client-certs",), "Also regenerate client certificates and CA.", "switch"),
        ),
    ),
}
_PLAIN: dict[str, Callable[[Call, Given], None]] = {
    "ls": listing.listed,
    "start": acting.start,
    "stop": acting.stop,
    "kill": acting.kill,
    "restart": acting.restart,
    "provision": acting.provision,
    "regenerate-certs": acting.regenerate,
    "upgrade": acting.upgrade,
    "status": asking.status,
    "ip": asking.ip,
    "url": asking.url,
    "config": asking.config,
    "version": asking.version,
}
_GLOBAL = (
    Flag(("debug", "D"), "Enable debug mode", "switch"),
    Flag(("storage-path", "s"), "Configures storage path", variable="MACHINE_STORAGE_PATH"),
    Flag(("tls-ca-cert",), "CA to verify remotes against", variable="MACHINE_TLS_CA_CERT"),
    Flag(("tls-ca-key",), "Private key to generate certificates", variable="MACHINE_TLS_CA_KEY"),
    Flag(("tls-client-cert",), "Client cert to use for TLS", variable="MACHINE_TLS_CLIENT_CERT"),
    Flag(
        ("tls-client-key",),
        "Private key used in client TLS auth",
        variable="MACHINE_TLS_CLIENT_KEY",
    ),
    Flag(
        ("github-api-token",),
        "Token to use for requests to the Github API",
        variable="MACHINE_GITHUB_API_TOKEN",
    ),
    Flag(
        ("native-ssh",),
        "Use the native (Go-based) SSH implementation.",
        "switch",
        variable="MACHINE_NATIVE_SSH",
    ),
    Flag(
        ("bugsnag-api-token",),
        "BugSnag API token for crash reporting",
        variable="MACHINE_BUGSNAG_API_TOKEN",
    ),
    Flag(("version", "v"), "print the version", "switch"),
)
# whose code is 0 where a flag is not there
_LENIENT = ("ls",)


def run(
    around: Around,
    words: Sequence[str],
    env: Environment,
    *,
    say: Callable[[str], None],
    complain: Callable[[str], None],
    stdin: str = "",
) -> int:
    """The exit code. Raises Hangs and CutShort."""
    try:
        own = flags.leading(words, _GLOBAL, env)
    except flags.Misused as misuse:
        complain(str(misuse))
        return 1
    home = env.get("HOME", "")
    where = own.text("storage-path") or f"{home}/.docker/machine"
    call = Call(around, env, where, say, complain, stdin)
    try:
        if own.on("version"):
            say(asking.own_version(call))
            return 0
        if not own.words:
            say("Usage: docker-machine [OPTIONS] COMMAND [arg...]")
            return 0
        return _command(call, own.words[0], own.words[1:])
    except Fails as failure:
        complain(failure.said)
        return failure.code


def heard(around: Around, words: Sequence[str], env: Environment, stdin: str = "") -> Ended:
    """Likewise, with what it said; what never ends by itself was ended."""
    out: list[str] = []
    err: list[str] = []
    try:
        code = run(around, words, env, say=_onto(out), complain=_onto(err), stdin=stdin)
    except (Hangs, CutShort):
        # as timeout(1) says of one that took too long
        code = 124
    return Ended(code, "".join(out), "".join(err))


def stopped_short(around: Around, words: Sequence[str], env: Environment) -> None:
    """It is killed at the moment that the conditions name, or ran to its end."""
    heard(around, words, env)


def _onto(lines: list[str]) -> Callable[[str], None]:
    return lambda line: lines.append(line_of(line))


def line_of(said: str) -> str:
    """A line; one that ends with NUL asks, and has no end."""
    return said[:-1] if said.endswith("\x00") else f"{said}\n"


def _command(call: Call, name: str, words: Sequence[str]) -> int:
    if name == "create":
        creating.create(call, words)
        return 0
    if name == "ssh":
        asking.ssh(call, words)
        return 0
    if name not in (*_PLAIN, "env", "inspect", "rm", "active"):
        raise Fails(
            f"docker-machine: '{name}' is not a docker-machine command. See 'docker-machine "
            "--help'."
        )
    about, description, known = _FLAGS.get(name, (name, "", ()))
    usage = flags.usage(name, about, known, description)
    try:
        given = flags.given(words, known, call.env)
    except flags.Misused as misuse:
        call.say(f"Incorrect Usage.\n\n{usage}")
        raise Fails(str(misuse), 0 if name in _LENIENT else 1) from None
    if given.on("help"):
        call.say(usage)
        return 0
    _perform(call, name, given, words, usage)
    return 0


def _perform(call: Call, name: str, given: Given, words: Sequence[str], usage: str) -> None:
    match name:
        case "env":
            asking.env(call, given, words)
        case "inspect":
            asking.inspect(call, given, usage)
        case "rm":
            acting.remove(call, given, usage)
        case "active":
            listing.active(call)
        case _:
            _PLAIN[name](call, given)


def environment(added: dict[str, str | None]) -> dict[str, str]:
    """Our own with what is added, as a process started so has it."""
    both = {**os.environ, **added}
    return {name: value for name, value in both.items() if value is not None}
