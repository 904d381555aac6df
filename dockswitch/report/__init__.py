"""The only printing: text, JSON and progress."""
