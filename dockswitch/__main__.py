"""`python -m dockswitch`."""

from dockswitch.cli.main import main

main()
