"""Server: makes this process a task of a cluster."""

from millrace import _load
from millrace._load import public
from millrace.distributed.cluster_spec import ClusterSpec

_servers = {}  # target -> native server of this process, so that its own sessions need no network


class Server:
    """A task that other tasks can reach. Its variables live as long as the process.

    Args:
      server_or_cluster_def: a ClusterSpec, or what one is made of.
      job_name, task_index: which task this is; the only one there is, if left out.
      start: whether to listen at once.
      allow_insecure_network: listen on an address that is not the loopback interface, without
        encryption: anyone who
        can connect can run graphs here.
    """

    @public
    def __init__(
        self,
        server_or_cluster_def,
        job_name=None,
        task_index=None,
        protocol=None,
        config=None,
        start=True,
        *,
        allow_insecure_network=False,
    ):
        if protocol not in (None, "grpc"):
            raise ValueError(f"the protocol is 'grpc', not {protocol!r}")
        cluster = ClusterSpec(server_or_cluster_def)
        if job_name is None:
            if len(cluster.jobs) != 1:
                raise ValueError("job_name must be given: the cluster has several jobs")
            job_name = cluster.jobs[0]
        if task_index is None:
            if cluster.num_tasks(job_name) != 1:
                raise ValueError(f"task_index must be given: job {job_name!r} has several tasks")
            task_index = cluster.task_indices(job_name)[0]
        self._cluster = cluster
        self._c = _load.native.Server(cluster._jobs, job_name, task_index, allow_insecure_network)
        if start:
            self.start()

    @public
    def start(self):
        """Listens. AlreadyExistsError if the port is in use."""
        self._c.start()
        _servers[self._c.target()] = self._c

    @public
    def join(self):
        """Waits until another task, or stop(), ends this one; ctrl-C ends the waiting."""
        while not self._c.join(0.2):
            pass

    @public
    def stop(self):
        """Ends all steps and listens no more."""
        _servers.pop(self._c.target(), None)
        self._c.stop()

    @property
    def target(self):
        """ "grpc://host:port": what a Session is given."""
        return self._c.target()

    @property
    def server_def(self):
        return self._cluster

    @staticmethod
    @public
    def create_local_server(config=None, start=True):
        """A cluster of one task in this process, on a free port."""
        return Server({"local": ["127.0.0.1:0"]}, "local", 0, start=start)


def connect(target, graph, options, device_filters):
    """A native session of the cluster that `target` is a task of."""
    server = _servers.get(target)
    if server is not None:
        return _load.native.server_session(server, graph, options, device_filters)
    return _load.native.grpc_session(target, graph, options, device_filters)


@public
def shutdown_task(address, reason="the program has ended"):
    """Has the join() of the task at "host:port" return: how a chief ends its parameter servers."""
    _load.native.shutdown_task(address, reason)
