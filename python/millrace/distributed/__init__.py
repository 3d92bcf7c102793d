"""Clusters: who is in them, and this process's own part."""

from millrace.distributed.cluster_spec import ClusterSpec
from millrace.distributed.server import Server, connect, shutdown_task

__all__ = ["ClusterSpec", "Server", "connect", "shutdown_task"]
