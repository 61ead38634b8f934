"""The version of the software: in the OpenAPI document, in ETags and in the package's metadata."""

__version__ = "0.1.0"
