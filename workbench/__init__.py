"""Helpers of the migration workbench: the notebooks tell the story, these modules do the work."""

__version__ = "0.1.0"
