"""Names of other versions."""

from millrace.compat import v1

__all__ = ["v1"]
