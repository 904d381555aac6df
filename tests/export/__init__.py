"""Tests of what is rendered for machines without dockswitch."""
