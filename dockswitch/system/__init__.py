"""The one edge to the world: files, processes, sockets, HTTP, locks and host facts."""
