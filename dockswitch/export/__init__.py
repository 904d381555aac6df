"""What a switch does, rendered for machines that do it without dockswitch."""
