"""Talking to dockerd: its API, its health, its supervision and its flags."""
