"""Lima as a keeper of machines, tested in memory."""
