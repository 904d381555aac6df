"""The figures that dockswitch promises, measured on this machine: `python -m tests.bench`."""
