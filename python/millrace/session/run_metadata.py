"""RunMetadata as TensorFlow's message."""

from millrace.framework.wire import Message


class _NodeExecStats(Message):
    _fields = {  # noqa: RUF012
        "node_name": (1, "string"),
        "all_start_micros": (2, "int"),
        "op_start_rel_micros": (3, "int"),
        "op_end_rel_micros": (4, "int"),
        "all_end_rel_micros": (5, "int"),
        "timeline_label": (8, "string"),
        "thread_id": (10, "int"),
        "all_start_nanos": (13, "int"),
        "op_start_rel_nanos": (14, "int"),
        "op_end_rel_nanos": (15, "int"),
        "all_end_rel_nanos": (16, "int"),
    }


class _DeviceStepStats(Message):
    _fields = {"device": (1, "string"), "node_stats": (2, [_NodeExecStats])}  # noqa: RUF012


class _StepStats(Message):
    _fields = {"dev_stats": (1, [_DeviceStepStats])}  # noqa: RUF012


class _RunMetadata(Message):
    _fields = {"step_stats": (1, _StepStats)}  # noqa: RUF012


def run_metadata_bytes(metadata):
    """A RunMetadata that a session has filled, serialised."""
    devices = [
        _DeviceStepStats(device=d.device, node_stats=[_of_node(s) for s in d.node_stats])
        for d in metadata.step_stats.dev_stats
    ]
    return _RunMetadata(step_stats=_StepStats(dev_stats=devices)).SerializeToString()


def _of_node(stats):
    return _NodeExecStats(
        node_name=stats.node_name,
        all_start_micros=stats.all_start_micros,
        op_end_rel_micros=stats.all_end_rel_micros,
        all_end_rel_micros=stats.all_end_rel_micros,
        timeline_label=stats.timeline_label,
        thread_id=stats.thread_id & 0xFFFFFFFF,
        all_start_nanos=stats.all_start_nanos,
        op_end_rel_nanos=stats.all_end_rel_nanos,
        all_end_rel_nanos=stats.all_end_rel_nanos,
    )
