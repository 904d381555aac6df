"""The edge to the world, tested against the world."""
