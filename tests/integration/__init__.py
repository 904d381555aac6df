"""Tests that start real engines, each process of them in namespaces of its own."""
