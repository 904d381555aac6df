"""What a command says of a switch that waits to be confirmed."""

from dockswitch.cli.session import Session


def mention_in_vain(session: Session) -> None:
    """That `--revert-after` has nothing to undo, where nothing was switched."""
    from dockswitch.switching import unconfirmed_record

    waits = unconfirmed_record.read(session.bare)
    so = f"what is undone at {waits.until} is the switch before" if waits else "nothing is undone"
    session.report.note(f"nothing was switched, so that --revert-after waits for nothing: {so}")
