"""The options that every command takes, before its name and after it."""

from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

import typer

from dockswitch.report.report import Report

When = Literal["auto", "always", "never"]
PANEL = "Global options"
# Under these names stand, beside what was said: the command's report, and the words behind `--`
VOICE, BEHIND = "report", "behind"
# and whether a failure has its own exit code, though the command has one for all of them
NATURAL = "natural"


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line said; None where it said nothing."""

    root: str | None = None
    mirror: str | None = None
    allow_http: tuple[str, ...] = ()
    channels: str | None = None
    offline: bool | None = None
    user: bool | None = None
    yes: bool | None = None
    as_json: bool | None = None
    quiet: bool | None = None
    verbose: bool | None = None
    color: When | None = None
    progress: When | None = None


def parameters() -> list[Any]:
    """The parameters as typer has them; each remembers what it is given, the last word counts."""
    app = typer.Typer(add_completion=False)
    app.command()(_signature)
    made = typer.main.get_command(app).params
    for parameter in made:
        parameter.expose_value = False
        parameter.callback = _remember
    return made


def given(ctx: typer.Context) -> Given:
    """What was said of the global options, on either side of the command's name."""
    known = {field.name for field in fields(Given)}
    said = {name: value for name, value in _said(ctx).items() if name in known}
    return Given(**said)


def behind(ctx: typer.Context) -> list[str]:
    """The command of the person's own that stands behind `--`."""
    words: list[str] = _said(ctx)[BEHIND]
    return words


def speaks(ctx: typer.Context, report: Report) -> None:
    """From now on a failure is told by this report."""
    _said(ctx)[VOICE] = report


def runs_nothing(ctx: typer.Context) -> None:
    """From now on a failure has its own exit code: no command's codes could be taken for it."""
    _said(ctx)[NATURAL] = True


def is_global(name: str) -> bool:
    """Whether every command takes the parameter of that name, as it takes --help."""
    return name == "help" or any(field.name == name for field in fields(Given))


def _remember(ctx: Any, parameter: Any, value: object) -> object:  # noqa: ANN401  # typer's own
    if value is not None and value != () and value != []:
        _said(ctx)[parameter.name] = tuple(value) if isinstance(value, list) else value
    return value


def _said(ctx: Any) -> dict[str, Any]:  # noqa: ANN401  # likewise
    said: dict[str, Any] = ctx.find_root().ensure_object(dict)
    return said


def _signature(
    root: Annotated[
        str | None,
        typer.Option(
            "--root", metavar="DIR", help="Act on what is below DIR, and on nothing else."
        ),
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option("--mirror", metavar="URL", help="In place of https://download.docker.com."),
    ] = None,
    allow_http: Annotated[
        list[str] | None,
        typer.Option("--allow-http", metavar="HOST", help="Accept http:// from that host."),
    ] = None,
    channels: Annotated[
        str | None, typer.Option("--channels", metavar="FILE", help="A channel map to add.")
    ] = None,
    offline: Annotated[
        bool | None, typer.Option("--offline", help="Use only the cache and the record.")
    ] = None,
    user: Annotated[
        bool | None, typer.Option("--user/--system", help="Whose engine: yours, or the machine's.")
    ] = None,
    yes: Annotated[
        bool | None, typer.Option("--yes", "-y", help="Answer every question with yes.")
    ] = None,
    as_json: Annotated[bool | None, typer.Option("--json", help="Print one JSON object.")] = None,
    quiet: Annotated[
        bool | None,
        typer.Option("--quiet", "-q", help="Say nothing but data, warnings and errors."),
    ] = None,
    verbose: Annotated[bool | None, typer.Option("--verbose", "-v", help="Say each step.")] = None,
    color: Annotated[
        When | None,
        typer.Option("--color", metavar="WHEN", help="Colour: auto, always or never."),
    ] = None,
    progress: Annotated[
        When | None,
        typer.Option("--progress", metavar="WHEN", help="Progress bars: auto, always or never."),
    ] = None,
) -> None:
    """Only its parameters count: `app` gives them to each command."""
