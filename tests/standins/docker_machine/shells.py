"""What `env` prints for each shell."""

from dataclasses import dataclass
from typing import TypeAlias

Pairs: TypeAlias = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Shell:
    """Formats with the name and the value; `hint` takes the command that was run."""

    sets: str
    unsets: str
    remark: str
    hint: str


_SH = Shell('export {}="{}"', "unset {}", "#", "eval $({})")
SHELLS = {
    "fish": Shell('set -gx {} "{}";', "set -e {};", "#", "eval ({})"),
    "powershell": Shell(
        '$Env:{} = "{}"', "Remove-Item Env:\\\\{}", "#", "& {} | Invoke-Expression"
    ),
    "cmd": Shell("SET {}={}", "SET {}=", "REM", "\t@FOR /f \"tokens=*\" %i IN ('{}') DO @%i"),
    "tcsh": Shell('setenv {} "{}";', "unsetenv {};", ":", "eval `{}`"),
    "emacs": Shell(
        '(setenv "{}" "{}")',
        '(setenv "{}" nil)',
        ";;",
        '(with-temp-buffer (shell-command "{}" (current-buffer)) (eval-buffer))',
    ),
}


def sets(shell: str, pairs: Pairs, command: str) -> str:
    form = SHELLS.get(shell, _SH)
    return "\n".join([*(form.sets.format(*pair) for pair in pairs), _hint(form, command)])


def unsets(shell: str, names: list[str], command: str) -> str:
    form = SHELLS.get(shell, _SH)
    return "\n".join([*(form.unsets.format(name) for name in names), _hint(form, command)])


def _hint(form: Shell, command: str) -> str:
    run = form.hint.replace("{}", command)
    return f"{form.remark} Run this command to configure your shell: \n{form.remark} {run}"
