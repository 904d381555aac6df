"""What is published: one file for each kind of source, and the resolver that picks one."""
