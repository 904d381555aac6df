"""What a wanted engine would meet, from facts alone."""
