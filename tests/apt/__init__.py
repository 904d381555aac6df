"""Tests of dockswitch.apt."""
