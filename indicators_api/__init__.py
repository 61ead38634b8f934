"""The open reporting system that a province runs on."""

from indicators_api.version import __version__

__all__ = ["__version__"]
