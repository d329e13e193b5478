"""Whole engagements, through the command and a tenant in a process of its own."""
