"""dockswitch: rustup for Docker Engine."""

__version__ = "0.1.0"
