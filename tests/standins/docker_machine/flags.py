"""Flags as docker-machine takes and lists them: those of Go's flag package, by way of cli."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from tests.standins.docker_machine import go

Kind: TypeAlias = Literal["text", "number", "switch", "list"]
Value: TypeAlias = str | int | bool | list[str]


@dataclass(frozen=True, slots=True)
class Flag:
    """`names` are without dashes, the long one first; `variable` is what it is read from else."""

    names: tuple[str, ...]
    usage: str
    kind: Kind = "text"
    default: str = ""
    variable: str = ""

    def line(self) -> tuple[str, str]:
        """How it is listed: names with default, and what it does."""
        dashed = ", ".join(f"--{name}" if len(name) > 1 else f"-{name}" for name in self.names)
        match self.kind:
            case "switch":
                shown = dashed
            case "list":
                shown = f"{dashed} [{' '.join(f'--{self.names[0]} option' for _ in 'ab')}]"
            case _:
                shown = f'{dashed} "{self.default}"' if self.default else f"{dashed} "
        return f"   {shown}", self.usage + (f" [${self.variable}]" if self.variable else "")


@dataclass(frozen=True, slots=True)
class Given:
    """What a command line gives a command."""

    values: dict[str, Value] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        value = self.values.get(name, 0)
        return value if isinstance(value, int) else 0

    def on(self, name: str) -> bool:
        return self.values.get(name) is True

    def all(self, name: str) -> list[str]:
        value = self.values.get(name)
        return value if isinstance(value, list) else []


class Misused(Exception):
    """A flag that is not there, or a value that it does not take, as Go says it."""


def given(words: Sequence[str], flags: Sequence[Flag], env: Mapping[str, str]) -> Given:
    """What they say: words before the first flag go behind all, as cli does. Raises Misused."""
    start = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    return _taken([*words[start:], *words[:start]], flags, env)


def leading(words: Sequence[str], flags: Sequence[Flag], env: Mapping[str, str]) -> Given:
    """Likewise for those before the command, which is the first word. Raises Misused."""
    return _taken(list(words), flags, env)


def _taken(words: list[str], flags: Sequence[Flag], env: Mapping[str, str]) -> Given:
    by_name = {name: flag for flag in flags for name in flag.names}
    values: dict[str, Value] = {flag.names[0]: _initial(flag, env) for flag in flags}
    while words and words[0].startswith("-") and words[0] != "-":
        word = words.pop(0)
        if word == "--":
            break
        name, equals, value = word.lstrip("-").partition("=")
        if name in ("help", "h"):
            values["help"] = True
            continue
        flag = by_name.get(name)
        if flag is None:
            raise Misused(f"flag provided but not defined: -{name}")
        if flag.kind == "switch":
            values[flag.names[0]] = value != "false"
            continue
        if not equals:
            if not words:
                raise Misused(f"flag needs an argument: -{name}")
            value = words.pop(0)
        values[flag.names[0]] = _value(flag, name, value, values[flag.names[0]])
    return Given(values, words)


def usage(command: str, about: str, flags: Sequence[Flag], description: str = "") -> str:
    """What a command says of itself."""
    told = f"Usage: docker-machine {command} [OPTIONS] [arg...]\n\n{about}\n"
    if description:
        told += f"\nDescription:\n   {description}\n"
    ordered = [flag.line() for flag in flags]
    return f"{told}\nOptions:\n   \n{go.tabbed(ordered)}" if ordered else told


def _initial(flag: Flag, env: Mapping[str, str]) -> Value:
    said = env.get(flag.variable, "") if flag.variable else ""
    match flag.kind:
        case "switch":
            return said not in ("", "false", "0")
        case "list":
            return [each for each in said.split(",") if each]
        case "number":
            return int(said or flag.default or "0")
        case _:
            return said or flag.default


def _value(flag: Flag, name: str, value: str, now: Value) -> Value:
    if flag.kind == "list":
        return [*(now if isinstance(now, list) else []), value]
    if flag.kind == "number":
        try:
            return int(value)
        except ValueError:
            raise Misused(f'invalid value "{value}" for flag -{name}: parse error') from None
    return value
