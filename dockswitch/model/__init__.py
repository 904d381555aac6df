"""Pure words: nothing here reads, writes or asks."""
