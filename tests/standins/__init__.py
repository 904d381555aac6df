"""What stands in for programs and files that no test can fetch."""
