"""The only printing: text for people, one JSON object for programs, progress on long work."""
