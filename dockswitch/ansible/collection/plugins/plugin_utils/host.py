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
NAMES = {"program": "dockswitch.pyz", "lock": "dockswitch.lock"}

#: How `begin.py` ends before the program does, and how a shell does where there is no Python.
OTHER, TOO_OLD, NO_PYTHON = 97, 98, 127

#: Exit codes of what did as it was asked: done, and something would be done.
WELL = (0, 10)

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
    """What was answered there, with the exit code; `new` is what the host got for it."""

    plain: dict[str, Any]
    code: int
    new: tuple[str, ...] = ()


class OnHost(ActionBase):  # type: ignore[misc]  # Ansible has no types
    """An action that has the program answer on the host, in the Python that is there.

    It takes no module for that: one round trip, in which nothing is unpacked, costs less than half.
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
        named = self._named(variables)
        facts = variables.get("ansible_facts") or {}
        python = named or str(facts.get("discovered_interpreter_python") or "python3")
        wanted = {each.name: (each.place, each.digest) for each in files}
        ran = self._begun(python, {"files": wanted, "link": link, "asks": True}, words, settings)
        if ran["rc"] == NO_PYTHON and named:
            raise AnsibleActionFail(
                f"ansible_python_interpreter is {named}, which the host does not have; leave it "
                "out for what the host has"
            )
        if ran["rc"] in (TOO_OLD, NO_PYTHON):
            raise PythonTooOld
        if ran["rc"] != OTHER:
            return Said(plain_of(ran), ran["rc"])
        missing = tuple(plain_of(ran)["missing"])
        lacking = [each for each in files if each.name in missing]
        if self.keeps and not self._task.check_mode:
            self._place(lacking, link if "link" in missing else "")
        else:
            wanted.update({each.name: (self._carried(each), each.digest) for each in lacking})
            # It unpacks itself where it goes away with the rest.
            settings = {**settings, "SHIV_ROOT": self._folder()}
        ran = self._begun(python, {"files": wanted, "link": "", "asks": False}, words, settings)
        return Said(plain_of(ran), ran["rc"], missing if self.keeps else ())

    def in_shell(
        self, command: str, settings: dict[str, str] | None = None, text: str | None = None
    ) -> dict[str, Any]:
        """Runs a line of shell with the task's environment, and a text on its standard input.

        On a terminal, which Ansible asks for where it does not pipeline, what stands on stderr is
        on stdout too.
        """
        words = " ".join(f"{name}={shlex.quote(said)}" for name, said in (settings or {}).items())
        said = f"{self._compute_environment_string()} {words}".strip()
        before = f"export {said}; " if said else ""
        told = text.encode() if text else None
        ran: dict[str, Any] = self._low_level_execute_command(f"{before}{command}", in_data=told)
        return ran

    def pipes(self) -> bool:
        """Whether a command may have something on its standard input, where no terminal is then."""
        return bool(self._is_pipelining_enabled("new"))

    def carried(self, name: str, content: bytes) -> str:
        """A file with that content in the task's temporary folder on the host."""
        folder = self._folder()
        there = str(self._connection._shell.join_path(folder, name))
        self._transfer_data(there, content)
        self._fixup_perms2((folder, there))
        return there

    def _begun(
        self, python: str, asked: dict[str, Any], words: list[str], settings: dict[str, str]
    ) -> dict[str, Any]:
        told = [json.dumps(asked), "--json", "--yes", "--progress", "never", *words]
        begin, python = _BEGIN.read_text(), shlex.quote(python)
        if self.pipes():
            # What stands in an address is nothing for the host's list of processes.
            said = f"sys.argv[1:] = {json.dumps(told)}\nos.environ.update({json.dumps(settings)})"
            return self.in_shell(f"{python} -", text=f"import os, sys\n{said}\n{begin}")
        # Nobody is to be asked anything.
        line = f"{python} -c {shlex.quote(begin)} {shlex.join(told)} </dev/null"
        return self.in_shell(line, settings)

    def _named(self, variables: dict[str, Any]) -> str:
        """The Python that the inventory names, empty for whatever the host has."""
        said = self._templar.template(variables.get("ansible_python_interpreter")) or "auto"
        return "" if str(said).startswith("auto") else str(said)

    def _place(self, files: list[Brought], link: str) -> None:
        lines = ["umask 022", f"mkdir -p {FOLDER}"]
        for each in files:
            new = f"{each.place}.new"
            mode = "0755" if each.name == "program" else "0644"
            lines += [
                f"cp {shlex.quote(self._carried(each))} {new}",
                f"chmod {mode} {new}",
                f"mv -f {new} {each.place}",
            ]
        if link:
            lines.append(f"ln -s {FOLDER}/{NAMES['program']} {shlex.quote(link)}")
        done = self.in_shell(" && ".join(lines))
        if done["rc"] != 0:
            told = f"{done['stderr']}{done['stdout']}".strip()
            raise AnsibleActionFail(
                f"{FOLDER} cannot be written on the host: {told}; the task wants to be root there "
                "(`become: true`)"
            )

    def _carried(self, file: Brought) -> str:
        return self.carried(NAMES[file.name], file.content)

    def _folder(self) -> str:
        if not self._connection._shell.tmpdir:
            self._make_tmp_path()
        return str(self._connection._shell.tmpdir)


def plain_of(ran: dict[str, Any]) -> dict[str, Any]:
    """The one JSON object that was said, whatever stands around it on a terminal."""
    out = ran["stdout"]
    for begins in re.finditer(r"^\{", out, re.MULTILINE):
        try:
            plain: dict[str, Any] = json.JSONDecoder().raw_decode(out, begins.start())[0]
        except ValueError:
            continue
        return plain
    lines = f"{out}\n{ran['stderr']}".strip().splitlines()
    raise AnsibleActionFail(
        f"dockswitch ended with {ran['rc']} on the host, and the last that it said is: "
        + (lines[-1] if lines else "nothing"),
        result={"exit_code": ran["rc"], "stdout": out, "stderr": ran["stderr"]},
    )
