"""What leads a person's docker elsewhere, from facts as they are documented."""
