"""What a command says: data on stdout, everything else on stderr, and one JSON object if asked."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping

from dockswitch.model.errors import DockswitchError
from dockswitch.report.progress import Bar

SCHEMA = 1
_RED, _YELLOW, _DIM, _BOLD = "31;1", "33", "2", "1"


class Report:
    """The voice of one command; `when` words are auto, always or never."""

    def __init__(
        self,
        command: str,
        *,
        as_json: bool = False,
        quiet: bool = False,
        verbose: bool = False,
        color: str = "auto",
        progress: str = "auto",
    ) -> None:
        self.command = command
        self.as_json = as_json
        self.quiet = quiet
        self.verbose = verbose
        self.log = ""
        self._color = _wanted(color, sys.stderr.isatty() and "NO_COLOR" not in os.environ)
        self.moving = _wanted(progress, sys.stderr.isatty()) and not quiet
        self.progress = Bar(self, moving=self.moving)

    def answer(self, plain: Mapping[str, object], lines: Iterable[str] = ()) -> None:
        """The command's data: the object for programs, or the lines for people."""
        if self.as_json:
            self._object(plain)
            return
        for line in lines:
            self._out(line)

    def passed_on(self, piece: bytes) -> None:
        """What a command of the person's own printed; as JSON it stands aside, on stderr."""
        stream = sys.stderr if self.as_json else sys.stdout
        stream.write(piece.decode(errors="replace"))
        stream.flush()

    def note(self, text: str) -> None:
        """Worth knowing, and not data."""
        if not self.quiet:
            self._err(text)

    def warning(self, text: str) -> None:
        self._err(f"{self._painted('warning:', _YELLOW)} {text}")

    def about(self, text: str) -> None:
        """What a question is about: shown to whoever is asked, quiet or not."""
        self._err(text)

    def failure(self, error: DockswitchError) -> None:
        """Message, details, hint; as JSON also its code."""
        why = f" ({'; '.join(error.details.splitlines())})" if error.details else ""
        self.logged(f"error {error.code}: {error.message}{why}")
        if self.as_json:
            self._object(
                {
                    "error": {
                        "code": error.code,
                        "message": error.message,
                        "details": error.details,
                        "hint": error.hint,
                    }
                }
            )
            return
        self._err(f"{self._painted('error:', _RED)} {self._painted(error.message, _BOLD)}")
        for line in error.details.splitlines():
            self._err(f"  {line}")
        for place, line in enumerate(error.hint.splitlines()):
            self._err(f"  {self._painted('hint:', _DIM) if place == 0 else ' ' * 5} {line}")

    def logged(self, line: str) -> None:
        """Kept in the file `log`, whatever is shown."""
        if not self.log:
            return
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with contextlib.suppress(OSError), open(self.log, "a", encoding="utf-8") as file:
            file.write(f"{stamp} [{os.getpid()}] {self.command}: {line}\n")

    def _object(self, plain: Mapping[str, object]) -> None:
        self._out(json.dumps({"schema": SCHEMA, "command": self.command, **plain}, indent=2))

    def _painted(self, text: str, paint: str) -> str:
        return f"\033[{paint}m{text}\033[0m" if self._color else text

    def _out(self, line: str) -> None:
        print(line, flush=True)

    def _err(self, line: str) -> None:
        self.progress.above(line)


def _wanted(when: str, auto: bool) -> bool:  # noqa: FBT001  # two words of one question
    return auto if when == "auto" else when == "always"
