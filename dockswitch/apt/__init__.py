"""Talking to apt and dpkg: what is configured, installed and held, and how that is changed."""
