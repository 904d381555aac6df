"""Programs that we wait for: found on a PATH, run to be heard, or attended for a person."""

import contextlib
import functools
import ntpath
import os
import posixpath
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING

from dockswitch.model.ports import Finished, Program

if TYPE_CHECKING:  # seldom a program is anybody else's
    from dockswitch.model.person import Person

# As shells and timeout(1) say it.
NOT_FOUND, NOT_ALLOWED, TOO_LONG = 127, 126, 124

# gettext heeds LANGUAGE where the locale is any but C itself
ENGLISH = {"LC_ALL": "C.UTF-8", "LANGUAGE": ""}

_ENDINGS = ".com;.exe;.bat;.cmd"  # where PATHEXT says nothing

_OF_ITS_OWN = 0x00000200  # CREATE_NEW_PROCESS_GROUP, of Windows alone
_GROUP = _OF_ITS_OWN if sys.platform == "win32" else 0


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    env: Mapping[str, str | None] | None = None,
    given: str = "",
    person: "Person | None" = None,
) -> Finished:
    """What a program says that ends within `timeout` seconds; `env` is added to our own, and what
    is None in it is left out. It runs as `person`, None for ourselves.

    Its input is `given`, and its messages are in English. Where it cannot be run or takes too
    long, the code is the shell's (127, 126, 124) and `err` says why; the whole process group is
    gone then.
    """
    try:
        process = subprocess.Popen(
            _found(argv),
            stdin=subprocess.PIPE if given else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(env or {}),
            start_new_session=True,
            creationflags=_GROUP,
            preexec_fn=None if person is None else _becoming(person),
        )
    except FileNotFoundError:
        return Finished(NOT_FOUND, "", f"{argv[0]}: not found")
    except OSError as error:
        return Finished(NOT_ALLOWED, "", f"{argv[0]}: {error.strerror}")
    return _finish(process, argv[0], timeout, given.encode() or None)


def _becoming(person: "Person") -> Callable[[], None]:
    from dockswitch.system import people  # seldom it is anybody else

    return functools.partial(people.become, person)


def _environment(added: Mapping[str, str | None]) -> dict[str, str]:
    return merged(os.environ, {**added, **ENGLISH}, system=sys.platform)


def merged(
    environ: Mapping[str, str], added: Mapping[str, str | None], *, system: str
) -> dict[str, str]:
    """The environment with what is added to it, or left out of it where that is None.

    To Windows names are the same in any case; `system` is as sys.platform says.
    """
    if system == "win32":
        said = {name.upper() for name in added}
        environ = {name: value for name, value in environ.items() if name.upper() not in said}
    both = {**environ, **added}
    return {name: value for name, value in both.items() if value is not None}


def _found(argv: Sequence[str]) -> Sequence[str]:
    """Windows would look into the working folder before it looks on PATH."""
    if sys.platform == "win32":
        there = program(argv[0], os.environ.get("PATH", ""))
        if there is None:
            raise FileNotFoundError(argv[0])
        return [there.path, *argv[1:]]
    return argv


def places(name: str, path: str, *, system: str, endings: str = "") -> list[str]:
    """Where a program of that name may be, best first; `endings` are PATHEXT's, on Windows."""
    if system != "win32":
        folders = [""] if "/" in name else [each for each in path.split(":") if each]
        return [posixpath.join(folder, name) for folder in folders]
    folders = [each.strip('"') for each in path.split(";")]
    folders = [each for each in folders if ntpath.splitdrive(each)[1].startswith(("/", "\\"))]
    folders = [""] if "/" in name or "\\" in name else folders
    known = [each.lower() for each in (endings or _ENDINGS).split(";") if each]
    ends = [""] if ntpath.splitext(name)[1].lower() in known else known
    return [ntpath.join(folder, f"{name}{end}") for folder in folders for end in ends]


def program(name: str, path: str) -> Program | None:
    """The first program of that name in the folders of `path`; a path names itself."""
    endings = os.environ.get("PATHEXT", "")
    for found in places(name, path, system=sys.platform, endings=endings):
        if os.path.isfile(found) and os.access(found, os.X_OK):
            return Program(found, os.path.realpath(found))
    return None


def attend(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    aside: bool,
    say: Callable[[str], None],
    whole: bool = False,
    prepare: Callable[[], None] | None = None,
) -> int:
    """Run a person's own command with our input and output; its exit code.

    `env` is added to our own, or all that it has where it is the `whole`; `aside` sends its output
    to stderr. 127 and 126 as shells say them, with the reason through `say`; a signal that ended it
    is 128 and its number. It gets the SIGTERM and SIGHUP that we get. `prepare` is called in the
    child, before it becomes that program.
    """
    running: list[subprocess.Popen[bytes]] = []
    heard: list[int] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        heard.append(number)
        for process in running:
            with contextlib.suppress(PermissionError):  # it is sudo, and root by now
                process.send_signal(number)

    # A terminal's ^C goes to the command too, and it alone decides; a function of ours is not
    # inherited by it, as an ignored signal would be.
    mine: dict[int, Callable[[int, FrameType | None], None]]
    mine = {signal.SIGINT: _do_nothing, signal.SIGTERM: pass_on}
    if hasattr(signal, "SIGHUP"):  # Windows has none
        mine[signal.SIGHUP] = pass_on
    was = {number: signal.signal(number, handler) for number, handler in mine.items()}
    try:
        running.append(
            subprocess.Popen(
                argv,
                env=env if whole else {**os.environ, **env},
                stdout=sys.stderr if aside else None,
                preexec_fn=prepare,
            )
        )
        for number in heard:  # while it was being started
            running[0].send_signal(number)
        code = running[0].wait()
    except FileNotFoundError:
        say(f"{argv[0]}: not found")
        return NOT_FOUND
    except (OSError, subprocess.SubprocessError) as error:
        say(f"{argv[0]}: {getattr(error, 'strerror', None) or error}")
        return NOT_ALLOWED
    finally:
        for number, handler in was.items():
            signal.signal(number, handler)
    return _as_a_shell_says(code)


def logged(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    log: str,
    timeout: float | None,
    prepare: Callable[[], None],
) -> int:
    """Run a command without input, whose output is appended to the file `log`; its exit code.

    As `attend` says it, and 124 after `timeout` seconds; why it could not run stands in the log
    too. `env` is all that it has; `prepare` is called in the child, before it becomes that program.
    Its process group is gone behind it.
    """
    with open(log, "ab", buffering=0) as written:

        def fails(code: int, why: object) -> int:
            written.write(f"{argv[0]}: {why}\n".encode())
            return code

        try:
            process = subprocess.Popen(
                argv,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                start_new_session=True,
                preexec_fn=prepare,
            )
        except FileNotFoundError:
            return fails(NOT_FOUND, "not found")
        except (OSError, subprocess.SubprocessError) as error:
            return fails(NOT_ALLOWED, getattr(error, "strerror", None) or error)
        try:
            return _as_a_shell_says(process.wait(timeout))
        except subprocess.TimeoutExpired:
            return fails(TOO_LONG, f"not done after {timeout:g} s, ended")
        finally:
            _end_group(process)


def _as_a_shell_says(code: int) -> int:
    return code if code >= 0 else 128 - code


def _do_nothing(*_: object) -> None:
    """Hears a signal."""


def _finish(
    process: subprocess.Popen[bytes], name: str, timeout: float, given: bytes | None
) -> Finished:
    try:
        out, err = process.communicate(given, timeout=timeout)
    except subprocess.TimeoutExpired as error:
        why = f"{name}: not done after {timeout:g} s, ended"
        said = _text(error.stderr or b"")
        return Finished(TOO_LONG, _text(error.output or b""), f"{said}{why}")
    finally:
        if process.returncode is None:  # also when we are interrupted
            _end_group(process)
    return Finished(process.returncode, _text(out), _text(err))


def _end_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        _end_tree(process)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def _end_tree(process: subprocess.Popen[bytes]) -> None:
    """A process group is only for ^C on Windows: its own program ends what a process started."""
    taskkill = ntpath.join(os.environ.get("SYSTEMROOT", "C:\\Windows"), "System32", "taskkill.exe")
    argv = [taskkill, "/T", "/F", "/PID", str(process.pid)]
    with contextlib.suppress(OSError):
        subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    process.kill()  # nothing where it is gone


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace")
