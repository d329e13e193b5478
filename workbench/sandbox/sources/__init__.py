"""Local servers that play the APIs of source systems: one engine, and a profile for each source as data."""

from workbench.sandbox.sources.app import build_source_app
from workbench.sandbox.sources.play import Source
from workbench.sandbox.sources.profile import Profile, read_profile
from workbench.sandbox.sources.server import serve_source

__all__ = ["Profile", "Source", "build_source_app", "read_profile", "serve_source"]
