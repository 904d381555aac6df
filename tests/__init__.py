"""The tests; nothing in them touches the machine outside a temporary root."""
