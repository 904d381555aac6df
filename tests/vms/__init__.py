"""Virtual machines, tested in memory."""
