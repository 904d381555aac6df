"""What docker-machine says when it fails, as one of our errors."""

import re
from collections.abc import Callable

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Finished, Reader
from dockswitch.vms.docker_machine import config, errors

_PANIC = 2  # exit code of any program of Go's

Error = Callable[[str, str], DockswitchError]

# What stands in its words → the error for that machine's name and these words. The first counts:
# a refusal is told by the last layer that it came through, behind the layers above it.
_WORDS: tuple[tuple[str, Error], ...] = (
    (r"Panic in the driver", lambda name, why: errors.DriverPanic(name, _crash(why))),
    (r"Driver \"(\S+)\" not found", lambda _, why: errors.NoDriver(_quoted(why))),
    (r"Driver \"(\S+)\" not supported", lambda _, why: errors.NoDriver(_quoted(why), why)),
    (r"VBoxManage not found", lambda *_: errors.VBoxManageMissing()),
    (r"VT-X/AMD-v enabled", lambda *_: errors.NoVTx()),
    (r"Error with pre-create check", lambda _, why: errors.Unprepared(_checked(why))),
    (r"Invalid hostname specified|file name too long", lambda n, _: errors.BadMachineName(n)),
    (r"flag provided but not defined|invalid value .* for flag", lambda _, w: errors.BadFlags(w)),
    (r"setting machine configuration from flags", lambda _, why: errors.BadFlags(why)),
    (r"config\.json: no such file", lambda name, _: errors.CutShort(name)),
    (r"Docker machine \"\S+\" already exists", lambda name, _: errors.AlreadyThere(name)),
    (r"Docker machine \"\S+\" does not exist", lambda name, _: errors.NoSuchMachine(name)),
    (r"machine does not exist", lambda name, _: errors.VmGone(name)),
    (r"[Hh]ost (\"\S+\" )?is not running", lambda name, _: errors.HostNotRunning(name)),
    (r"client version \S+ is too old", errors.EngineTooNew),
    (r"validating certificates(?!.*dial tcp)", errors.CertificatesInvalid),
    (r"validating certificates|Unable to query docker version", errors.EngineSilent),
    (r"Too many retries waiting for SSH", errors.SshTimeout),
    (r"Maximum number of retries", errors.DaemonTimeout),
    (r"Unable to start the VM", errors.DoesNotBoot),
    (r"(open|Get) .*: (no such file|dial tcp|unsupported protocol)", errors.ImageNotFetched),
)


def error(reader: Reader, finished: Finished, name: str) -> DockswitchError:
    """The error that a failure with that machine is."""
    text = finished.err.strip() or finished.out.strip()
    if finished.code == _PANIC or "Error getting migrated host" in text:
        return _crashed(reader, name, text)
    why = " ".join(text.partition("\nYou can attempt to regenerate them")[0].split())
    for words, make in _WORDS:
        if re.search(words, why):
            return make(name, why)
    return errors.Failed(name, why or f"exit code {finished.code}")


def _crashed(reader: Reader, name: str, text: str) -> DockswitchError:
    """It names no file as it panics: the one at fault is looked for."""
    at_fault, why = config.spoiled(reader, name), text.partition("\n")[0]
    return errors.SpoiledStore(at_fault, why) if at_fault else errors.Failed(name, why)


def _crash(text: str) -> str:
    """Without the trace of Go, which follows."""
    return text.partition(" goroutine ")[0]


def _quoted(text: str) -> str:
    """The name in quotes that comes first."""
    return text.partition('"')[2].partition('"')[0]


def _checked(text: str) -> str:
    """Why a driver refused: it is quoted as Go quotes it."""
    quoted = text.partition("pre-create check: ")[2]
    return quoted.strip().strip('"').replace('\\"', '"')
