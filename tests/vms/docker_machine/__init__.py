"""docker-machine as a keeper of machines, tested in memory and with a stand-in of it."""
