"""What leads a person's docker elsewhere than to the engine that dockswitch runs."""
