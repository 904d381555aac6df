"""How an engine is installed: one file a backend."""
