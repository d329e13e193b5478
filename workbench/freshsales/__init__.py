"""Freshsales as a destination: its API, its quota, its plans and its schema."""
