"""Options of sessions and of single steps, under TensorFlow's names; those without a meaning here
are taken and ignored."""


class GPUOptions:
    """Accepted for programs that set it; there is no GPU in this build."""

    def __init__(self, **kwargs):
        self.__dict__.update(kwargs)


class OptimizerOptions:
    """What is done to the graph before a step.

    opt_level: L0 (-1 in TensorFlow's enum) leaves constants unfolded and functions as they are.
    """

    L1 = 0
    L0 = -1

    def __init__(self, opt_level=0, **kwargs):
        self.opt_level = opt_level
        self.__dict__.update(kwargs)


class GraphOptions:
    def __init__(self, optimizer_options=None, **kwargs):
        self.optimizer_options = optimizer_options or OptimizerOptions()
        self.__dict__.update(kwargs)


class ConfigProto:
    """Options of a session.

    Args:
      allow_soft_placement: run on a supported device where the one asked for cannot run an op.
      log_device_placement: log where each op runs.
      operation_timeout_in_ms: default deadline of steps; 0 for none.
      graph_options: GraphOptions.
      device_count: {"CPU": n}: a session in this process has the devices CPU:0 to CPU:n-1, which
        share its threads. Other types are accepted and mean nothing.
      device_filters: of a cluster, the tasks to look at.
      intra_op_parallelism_threads, inter_op_parallelism_threads, gpu_options: accepted; the number
        of threads is the process's, set by MILLRACE_NUM_THREADS.
    """

    def __init__(
        self,
        device_count=None,
        intra_op_parallelism_threads=0,
        inter_op_parallelism_threads=0,
        allow_soft_placement=False,
        log_device_placement=False,
        graph_options=None,
        operation_timeout_in_ms=0,
        gpu_options=None,
        device_filters=None,
        **kwargs,
    ):
        self.device_count = device_count or {}
        self.intra_op_parallelism_threads = intra_op_parallelism_threads
        self.inter_op_parallelism_threads = inter_op_parallelism_threads
        self.allow_soft_placement = allow_soft_placement
        self.log_device_placement = log_device_placement
        self.graph_options = graph_options or GraphOptions()
        self.operation_timeout_in_ms = operation_timeout_in_ms
        self.gpu_options = gpu_options or GPUOptions()
        self.device_filters = list(device_filters or ())
        self.__dict__.update(kwargs)

    def session_options(self):
        """As the runtime takes them."""
        plain = self.graph_options.optimizer_options.opt_level < 0
        return {
            "allow_soft_placement": self.allow_soft_placement,
            "log_device_placement": self.log_device_placement,
            "operation_timeout_in_ms": self.operation_timeout_in_ms,
            "fold_constants": not plain,
            "inline_functions": not plain,
        }


class RunOptions:
    """Options of one step.

    Args:
      trace_level: above NO_TRACE, the RunMetadata gets when and where each operation ran.
      timeout_in_ms: DeadlineExceededError after that time; 0 for no limit.
    """

    NO_TRACE = 0
    SOFTWARE_TRACE = 1
    HARDWARE_TRACE = 2
    FULL_TRACE = 3

    def __init__(self, trace_level=0, timeout_in_ms=0, **kwargs):
        self.trace_level = trace_level
        self.timeout_in_ms = timeout_in_ms
        self.__dict__.update(kwargs)


class NodeStats:
    """When and where one operation ran; times are nanoseconds of a monotonic clock."""

    __slots__ = ("device", "end_ns", "node", "op", "start_ns", "thread")

    def __init__(self, node, op, device, start_ns, end_ns, thread):
        self.node, self.op, self.device = node, op, device
        self.start_ns, self.end_ns, self.thread = start_ns, end_ns, thread

    # As the fields of TensorFlow's NodeExecStats.
    node_name = property(lambda self: self.node)
    thread_id = property(lambda self: self.thread)
    timeline_label = property(lambda self: f"{self.node} = {self.op}")
    all_start_micros = property(lambda self: self.start_ns // 1000)
    all_start_nanos = property(lambda self: self.start_ns)
    all_end_rel_micros = property(lambda self: (self.end_ns - self.start_ns) // 1000)
    all_end_rel_nanos = property(lambda self: self.end_ns - self.start_ns)

    def __repr__(self):
        microseconds = (self.end_ns - self.start_ns) / 1000
        return f"NodeStats({self.node!r}, {self.op}, {microseconds:.1f} us on {self.device})"


class DeviceStats:
    """The NodeStats of one device."""

    def __init__(self, device, node_stats):
        self.device, self.node_stats = device, node_stats


class StepStats:
    """The NodeStats of a step by device, as TensorFlow's StepStats has them."""

    def __init__(self, node_stats):
        by_device = {}
        for s in node_stats:
            by_device.setdefault(s.device, []).append(s)
        self.dev_stats = [DeviceStats(device, stats) for device, stats in by_device.items()]


class RunMetadata:
    """What is known of a step after it ran."""

    def __init__(self):
        self.node_stats = []

    def set_step_stats(self, stats):
        self.node_stats = [NodeStats(*s) for s in stats]

    @property
    def step_stats(self):
        return StepStats(self.node_stats)

    def SerializeToString(self):
        """Its bytes, a serialised RunMetadata."""
        from millrace.session.run_metadata import run_metadata_bytes

        return run_metadata_bytes(self)

    def chrome_trace(self):
        """The step as an object for json.dump that chrome://tracing and Perfetto show."""
        return {
            "traceEvents": [
                {
                    "name": s.node,
                    "cat": s.op,
                    "ph": "X",
                    "ts": s.start_ns / 1000,
                    "dur": (s.end_ns - s.start_ns) / 1000,
                    "pid": s.device,
                    "tid": s.thread,
                }
                for s in self.node_stats
            ]
        }
