"""What an administrator has registered."""
