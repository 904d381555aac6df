"""The voice, on streams that the tests hold."""
