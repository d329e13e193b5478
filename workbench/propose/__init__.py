"""Proposals for fields nobody has mapped yet: what their names say, what their values look like, how sure that is."""
