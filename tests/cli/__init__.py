"""The command line, run as a user does, below a temporary root."""
