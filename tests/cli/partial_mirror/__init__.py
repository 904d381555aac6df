"""Tests of partial mirrors, as whoever keeps one types it."""
