"""`dockswitch completion`: print the completion script of a shell."""

from typing import Annotated, Literal

import typer

from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  eval "$(dockswitch completion bash)"
  dockswitch completion zsh > ~/.zfunc/_dockswitch
  dockswitch completion fish > ~/.config/fish/completions/dockswitch.fish
"""


def command(
    ctx: typer.Context,
    shell: Annotated[
        Literal["bash", "zsh", "fish", "powershell"],
        typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell."),
    ],
) -> None:
    """Print the completion script of a shell."""
    from typer._completion_shared import get_completion_script

    name = "pwsh" if shell == "powershell" else shell
    script = get_completion_script(
        prog_name="dockswitch", complete_var="_DOCKSWITCH_COMPLETE", shell=name
    )
    Session(ctx).report.answer({"shell": shell, "script": script}, [script])
