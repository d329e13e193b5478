"""What answers which path, one family a module."""
