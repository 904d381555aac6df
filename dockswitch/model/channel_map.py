"""Reads a channel map's YAML and reports every mistake in it with its line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from dockswitch.model.channel_shape import Many, Named, Shape, Table, Text
from dockswitch.model.errors import UsageError
from dockswitch.model.near import near

Plain: TypeAlias = str | list["Plain"] | dict[str, "Plain"]


@dataclass(slots=True)
class Reading:
    """A channel map as plain text, lists and tables, with the line of each key."""

    path: str
    plain: dict[str, Plain] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    def mistake(self, key: str, what: str, line: int = 0) -> None:
        what = re.sub(r"//[^/@\s]*@", "//…@", what)  # secrets in addresses are never shown
        self.mistakes.append(f"{self.path}:{line or self.lines.get(key, 1)}: {key}: {what}")

    def done(self) -> None:
        """Raises BadChannelMap where there are mistakes."""
        if self.mistakes:
            raise BadChannelMap(self.path, tuple(self.mistakes))


def read(path: str, text: str, *, shape: Table, fast: bool = False) -> Reading:
    """The map in a file's text, with its mistakes; `path` is how errors name the file.

    `fast` is for large ones: libyaml reads them, where it is there.
    """
    loader = (getattr(yaml, "CBaseLoader", None) if fast else None) or yaml.BaseLoader
    reading = Reading(path)
    try:
        # composed, never constructed: no type is guessed and no object is made
        node = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        reading.mistake("the file", f"is no YAML: {problem}", mark.line + 1 if mark else 1)
        return reading
    plain = _walk(reading, "", node, shape) if node else {}
    reading.plain = plain if isinstance(plain, dict) else {}
    return reading


def _walk(reading: Reading, key: str, node: yaml.Node, shape: Shape) -> Plain | None:
    line = node.start_mark.line + 1
    match shape, node:
        case Text(), yaml.ScalarNode():
            if shape.fits(node.value):
                return str(node.value)
            reading.mistake(key, f"{node.value!r}; expected {shape.expected}", line)
        case Many(of=of), yaml.SequenceNode():
            walked = [
                _walk(reading, key if isinstance(of, Text) else f"{key}.{place}", each, of)
                for place, each in enumerate(node.value, 1)
            ]
            return [each for each in walked if each is not None]
        case ((Table() | Named()), yaml.MappingNode()):
            return _mapping(reading, key, node, shape)
        case _:
            reading.mistake(key or "the file", f"expected {_said(shape)}", line)
    return None


def _mapping(
    reading: Reading, above: str, node: yaml.MappingNode, shape: Table | Named
) -> dict[str, Plain]:
    plain: dict[str, Plain] = {}
    for name, value in node.value:
        line = name.start_mark.line + 1
        word = str(name.value) if isinstance(name, yaml.ScalarNode) else "?"
        key = f"{above}.{word}" if above else word
        wrong = _wrong_key(word, shape) or ("stands here twice" if word in plain else "")
        if wrong:
            reading.mistake(key, wrong, line)
            continue
        reading.lines[key] = line
        below = shape.keys[word] if isinstance(shape, Table) else shape.value
        walked = _walk(reading, key, value, below)
        if walked is not None:
            plain[word] = walked
    return plain


def _wrong_key(word: str, shape: Table | Named) -> str:
    if isinstance(shape, Named):
        return "" if shape.name.fits(word) else f"expected {shape.name.expected}"
    if word in shape.keys:
        return ""
    like = near(word, shape.keys)
    meant = f"; did you mean {' or '.join(like)}?" if like else ""
    return f"unknown{meant or '; expected one of ' + ', '.join(shape.keys)}"


def _said(shape: Shape) -> str:
    match shape:
        case Text(expected=expected):
            return expected
        case Many(of=of):
            return f"a list, each of it {_said(of)}"
        case Table(keys=keys):
            return f"a table with any of {', '.join(keys)}"
        case Named(name=name):
            return f"a table by {name.expected}"


class BadChannelMap(UsageError):
    """`mistakes` are sentences that begin with file, line and key."""

    def __init__(self, path: str, mistakes: Sequence[str]) -> None:
        count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__(
            f"{path} has {count}",
            details="\n".join(mistakes),
            hint="mend it, or take another with --channels FILE; nothing was changed",
        )
