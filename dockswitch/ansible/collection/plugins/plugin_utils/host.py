"""The program on a host: run in one round trip where it lies there already, brought where not."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

#: Where it all stays on a host: what undoes a switch at boot names the program there.
FOLDER = "/usr/local/lib/dockswitch"

#: A lock is found by its name, whatever it is called on the controller.
NAMES = {"program": "dockswitch.pyz", "lock": "dockswitch.lock", "script": "engine.sh"}

#: How `begin.py` ends before the program does, and how a shell does where there is no Python.
OTHER, TOO_OLD, NO_PYTHON = 97, 98, 127

_BEGIN = Path(__file__).with_name("begin.py")


class PythonTooOld(Exception):
    """The host's Python does not run the program."""


@dataclass(frozen=True)
class Brought:
    """A file of the controller's that hosts are to have."""

    name: str
    content: bytes

    @classmethod
    def of(cls, name: str, path: str | os.PathLike[str]) -> Brought:
        return cls(name, Path(path).read_bytes())

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def place(self) -> str:
        return f"{FOLDER}/{NAMES[self.name]}"


@dataclass(frozen=True)
class Said:
    """What the program answered, with its exit code; `new` is what the host got for it."""

    plain: dict[str, Any]
    code: int
    new: tuple[str, ...]


class OnHost(ActionBase):  # type: ignore[misc]  # Ansible has no types
    """An action that has the program answer on the host, in the Python that is there.

    It takes no module for it: a command of its own costs a third of one that Ansible wraps.
    """

    _supports_check_mode = True
    #: Whether what is brought is to stay: whoever only looks leaves nothing.
    keeps = True

    def has_program_say(
        self,
        words: list[str],
        files: tuple[Brought, ...],
        variables: dict[str, Any],
        settings: dict[str, str],
        link: str = "",
    ) -> Said:
        """Raises PythonTooOld, and AnsibleActionFail where there is no sense in what it says."""
        wanted = {each.name: (each.place, each.digest) for each in files}
        python = _python(variables)
        ran = self._begun(python, _asked(wanted, link, once=False), words, settings)
        if ran["rc"] != OTHER:
            return _said(ran, ())
        missing = tuple(_plain(ran)["missing"])
        lacking = [each for each in files if each.name in missing]
        before, extra = "", dict(settings)
        if self.keeps and not self._task.check_mode:
            lines = [*self._placing(lacking), *(_linking(link) if "link" in missing else ())]
            before = " && ".join([*lines, ""])
        else:
            # The program unpacks itself where it goes away with the rest.
            folder = self._folder()
            extra["SHIV_ROOT"] = folder
            link = ""
            for each in lacking:
                wanted[each.name] = (self._carried(each), each.digest)
        ran = self._begun(python, _asked(wanted, link, once=True), words, extra, before=before)
        return _said(ran, missing if self.keeps else ())

    def in_shell(self, command: str, settings: dict[str, str] | None = None) -> dict[str, Any]:
        """Runs a line of shell with the task's environment; what `_low_level_execute_command` is
        told comes back, in which what stands on stderr may stand on stdout too.
        """
        said = {name: str(value) for name, value in (settings or {}).items()}
        words = " ".join(f"{name}={shlex.quote(value)}" for name, value in said.items())
        exported = " ".join(filter(None, (self._compute_environment_string(), words)))
        before = f"export {exported}; " if exported.strip() else ""
        ran: dict[str, Any] = self._low_level_execute_command(f"{before}{command}")
        return ran

    def folder(self) -> str:
        return self._folder()

    def _begun(
        self,
        python: str,
        asked: str,
        words: list[str],
        settings: dict[str, str],
        *,
        before: str = "",
    ) -> dict[str, Any]:
        arguments = shlex.join([asked, "--json", "--yes", "--progress", "never", *words])
        code = shlex.quote(_BEGIN.read_text())
        # On a terminal, which Ansible asks for where it does not pipeline, nobody is to be asked.
        return self.in_shell(f"{before}{python} -c {code} {arguments} </dev/null", settings)

    def _placing(self, files: list[Brought]) -> list[str]:
        lines = [f"mkdir -p {FOLDER}"] if files else []
        for each in files:
            mode = "0644" if each.name == "lock" else "0755"
            new = f"{each.place}.new"
            lines += [
                f"cp {shlex.quote(self._carried(each))} {new}",
                f"chmod {mode} {new}",
                f"mv -f {new} {each.place}",
            ]
        return lines

    def _carried(self, file: Brought) -> str:
        """The file in the task's temporary folder on the host."""
        folder = self._folder()
        there = str(self._connection._shell.join_path(folder, NAMES[file.name]))
        self._transfer_data(there, file.content)
        self._fixup_perms2((folder, there))
        return there

    def _folder(self) -> str:
        if not self._connection._shell.tmpdir:
            self._make_tmp_path()
        return str(self._connection._shell.tmpdir)


def _python(variables: dict[str, Any]) -> str:
    """The one that the inventory names, else the one that was discovered, else what PATH has."""
    named = str(variables.get("ansible_python_interpreter") or "auto")
    if not named.startswith("auto"):
        return shlex.quote(named)
    facts = variables.get("ansible_facts") or {}
    return shlex.quote(str(facts.get("discovered_interpreter_python") or "python3"))


def _asked(wanted: dict[str, tuple[str, str]], link: str, *, once: bool) -> str:
    return json.dumps({"files": wanted, "link": link, "once": once})


def _linking(link: str) -> list[str]:
    program = f"{FOLDER}/{NAMES['program']}"
    return [f"ln -s {program} {shlex.quote(link)}"]


def _said(ran: dict[str, Any], new: tuple[str, ...]) -> Said:
    if ran["rc"] in (TOO_OLD, NO_PYTHON):
        raise PythonTooOld
    return Said(_plain(ran), ran["rc"], new)


def _plain(ran: dict[str, Any]) -> dict[str, Any]:
    """The one JSON object that is on its stdout, whatever stands around it on a terminal."""
    out = ran["stdout"]
    for begins in re.finditer(r"^\{", out, re.MULTILINE):
        try:
            plain: dict[str, Any] = json.JSONDecoder().raw_decode(out, begins.start())[0]
        except ValueError:
            continue
        return plain
    said = f"{out}{ran['stderr']}".strip().splitlines()
    raise AnsibleActionFail(
        f"dockswitch ended with {ran['rc']} on the host, and says no more than: "
        + (said[-1] if said else "nothing"),
        result={"exit_code": ran["rc"], "stdout": out, "stderr": ran["stderr"]},
    )
