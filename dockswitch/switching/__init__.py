"""Performing a switch: use, rollback and recover over a journalled transaction."""
