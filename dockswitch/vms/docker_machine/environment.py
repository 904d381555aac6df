"""Where the engine of a machine answers, as `docker-machine env` tells it."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from dockswitch.model.ports import Reader, Tls
from dockswitch.vms import Reach
from dockswitch.vms.docker_machine import calls
from dockswitch.vms.docker_machine.errors import Unclear

# the usage hint behind them is a comment, which tells people to run docker-machine: not ours
_VARIABLE = re.compile(r'^export (\w+)="(.*)"$', re.MULTILINE)


def reach(reader: Reader, name: str) -> Reach:
    """One call, which asks the engine itself. Raises HostNotRunning, CertificatesInvalid, and
    EngineSilent, also for one that needs some seconds more.
    """
    out = calls.asked(reader, name, "env", "--shell", "sh", name)
    variables = dict(_VARIABLE.findall(out))
    return Reach(_socket(name, variables), variables)


def _socket(name: str, variables: Mapping[str, str]) -> Tls:
    try:
        address = urlsplit(variables["DOCKER_HOST"])
        certs = variables["DOCKER_CERT_PATH"]
        host, port = address.hostname, address.port
    except (KeyError, ValueError):
        raise Unclear(name, "its environment names no engine") from None
    if host is None or port is None:
        raise Unclear(name, f"{variables['DOCKER_HOST']} is no place where an engine answers")
    return Tls(host, port, certs)
