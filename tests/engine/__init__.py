"""Talking to dockerd, tested with stand-ins for it on real sockets and real processes."""
