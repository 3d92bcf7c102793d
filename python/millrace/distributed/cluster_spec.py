"""ClusterSpec: the jobs of a cluster and the addresses of their tasks."""

from millrace import _load
from millrace._load import public


class ClusterSpec:
    """{job: addresses}, where addresses is a list of "host:port", or {task index: "host:port"}.

    A spec that comes from the environment also knows which task this process is.
    """

    @public
    def __init__(self, cluster):
        if isinstance(cluster, ClusterSpec):
            cluster = cluster._jobs
        if not isinstance(cluster, dict):
            raise TypeError(f"a cluster is a dictionary of jobs, got {cluster!r}")
        self._jobs = {}
        for job, tasks in cluster.items():
            items = tasks.items() if isinstance(tasks, dict) else enumerate(tasks)
            self._jobs[job] = {int(i): str(address) for i, address in items}
        self.job_name = self.task_index = None
        self._server = None

    @classmethod
    @public
    def from_environment(cls):
        """What TF_CONFIG says, or Slurm; without either, one task: this process, without a network.

        ValueError, naming what is wrong, if TF_CONFIG cannot be right.
        """
        found = _load.native.task_config()
        if found is None:
            spec = cls({})
            spec.job_name, spec.task_index = "worker", 0
            return spec
        jobs, job, task = found
        spec = cls(jobs)
        spec.job_name, spec.task_index = job, task
        return spec

    # ----- this process -----

    def is_chief(self):
        """Whether this task initialises and saves: the chief, or worker 0 where there is no
        chief."""
        if not self._jobs:
            return True
        if "chief" in self._jobs:
            return self.job_name == "chief"
        return self.job_name == "worker" and self.task_index == 0

    def is_parameter_server(self):
        return self.job_name == "ps"

    def task_device(self):
        """The device name of this task; "" where there is no cluster."""
        if not self._jobs or self.job_name is None:
            return ""
        return f"/job:{self.job_name}/task:{self.task_index}"

    @public
    def start_server(self):
        """Starts this process's server, once; None where there is no cluster."""
        if not self._jobs:
            return None
        if self._server is None:
            from millrace.distributed.server import Server

            self._server = Server(self, job_name=self.job_name, task_index=self.task_index)
        return self._server

    @public
    def session_target(self):
        """The target of sessions of this task: its server's, which is started; "" where there is
        no cluster."""
        server = self.start_server()
        return "" if server is None else server.target

    # ----- what is in it -----

    @property
    def jobs(self):
        return sorted(self._jobs)

    def as_dict(self):
        """{job: [addresses]}, or {job: {index: address}} where indices have gaps."""
        return {
            job: [tasks[i] for i in range(len(tasks))]
            if sorted(tasks) == list(range(len(tasks)))
            else dict(tasks)
            for job, tasks in self._jobs.items()
        }

    def num_tasks(self, job_name):
        """ValueError if there is no such job."""
        return len(self._tasks(job_name))

    def task_indices(self, job_name):
        return sorted(self._tasks(job_name))

    def task_address(self, job_name, task_index):
        """ValueError if there is no such task."""
        tasks = self._tasks(job_name)
        if task_index not in tasks:
            raise ValueError(f"job {job_name!r} has no task {task_index}")
        return tasks[task_index]

    def job_tasks(self, job_name):
        tasks = self._tasks(job_name)
        return [tasks.get(i) for i in range(max(tasks) + 1)]

    def _tasks(self, job_name):
        if job_name not in self._jobs:
            raise ValueError(f"the cluster has no job {job_name!r}, only {self.jobs}")
        return self._jobs[job_name]

    def __bool__(self):
        return bool(self._jobs)

    def __eq__(self, other):
        return isinstance(other, ClusterSpec) and self._jobs == other._jobs

    def __hash__(self):
        return hash(tuple(sorted((j, tuple(sorted(t.items()))) for j, t in self._jobs.items())))

    def __repr__(self):
        return f"ClusterSpec({self.as_dict()!r})"
