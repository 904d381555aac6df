"""A stand-in for docker-machine, which behaves as the real one was seen to behave."""
