"""What is asked once, before containers stop or data is at risk: on a terminal, without --yes."""

from typing import TYPE_CHECKING

from dockswitch.cli.session import Session
from dockswitch.model.errors import DockswitchError

if TYPE_CHECKING:
    from dockswitch.model.plan import Plan
    from dockswitch.switching.options import Agree


def consent(session: Session) -> "Agree | None":
    """Who asks; None where nobody is to be asked, so that nothing is looked at in vain."""
    if session.settings["yes"].on or not session.on_terminal:
        return None

    def ask(plan: "Plan") -> None:
        from dockswitch.switching import impact

        told = impact.foreseen(session.system, plan)
        if not told.asks:
            return
        for line in (*told.impact, *(found.what for found in told.findings if found.risk)):
            session.report.about(line)
        if not session.asks("go on?"):
            raise Declined

    return ask


class Declined(DockswitchError):
    def __init__(self) -> None:
        super().__init__("nothing was changed", details="the question was not answered with yes")
