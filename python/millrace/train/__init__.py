"""Training: optimizers, checkpoints, sessions with hooks."""

import importlib

from millrace.io import CheckpointReader as NewCheckpointReader
from millrace.io import list_variables, load_checkpoint, load_variable
from millrace.summary.messages import summary_iterator
from millrace.train.adam import AdamOptimizer
from millrace.train.adaptive import (
    AdadeltaOptimizer,
    AdagradOptimizer,
    FtrlOptimizer,
    RMSPropOptimizer,
)
from millrace.train.checkpoint_hook import CheckpointSaverHook, CheckpointSaverListener
from millrace.train.checkpoint_state import (
    CheckpointState,
    checkpoint_exists,
    get_checkpoint_state,
    latest_checkpoint,
    update_checkpoint_state,
)
from millrace.train.coordinator import Coordinator, LooperThread
from millrace.train.decay import (
    cosine_decay,
    cosine_decay_restarts,
    exponential_decay,
    inverse_time_decay,
    linear_cosine_decay,
    natural_exp_decay,
    noisy_linear_cosine_decay,
    piecewise_constant,
    polynomial_decay,
)
from millrace.train.device_setter import replica_device_setter
from millrace.train.global_step import (
    create_global_step,
    get_global_step,
    get_or_create_global_step,
    global_step,
)
from millrace.train.gradient_descent import GradientDescentOptimizer, MomentumOptimizer
from millrace.train.hooks import (
    FeedFnHook,
    FinalOpsHook,
    LoggingTensorHook,
    NanLossDuringTrainingError,
    NanTensorHook,
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    StepCounterHook,
    StopAtStepHook,
    SummarySaverHook,
)
from millrace.train.meta_graph import export_meta_graph, import_meta_graph
from millrace.train.monitored_session import (
    ChiefSessionCreator,
    MonitoredSession,
    SessionCreator,
    SingularMonitoredSession,
    WorkerSessionCreator,
)
from millrace.train.moving_averages import ExponentialMovingAverage
from millrace.train.optimizer import Optimizer
from millrace.train.progress import ProgressBarHook
from millrace.train.queue_runner import QueueRunner, add_queue_runner, start_queue_runners
from millrace.train.saver import Saver
from millrace.train.scaffold import Scaffold
from millrace.train.training_session import MonitoredTrainingSession

_LAZY = {
    **dict.fromkeys(("ClusterSpec", "Server"), "millrace.distributed"),
    **dict.fromkeys(("Checkpoint",), "millrace.train.checkpoint"),
    "CheckpointManager": "millrace.train.checkpoint_manager",
    "write_graph": "millrace.train.meta_graph",
    **dict.fromkeys(("checkpoints_iterator", "init_from_checkpoint"), "millrace.train.warm_start"),
    "piecewise_constant_decay": "millrace.train.decay",
    "ProximalAdagradOptimizer": "millrace.train.proximal",
    "ProximalGradientDescentOptimizer": "millrace.train.proximal",
    **dict.fromkeys(
        (
            "BytesList",
            "Example",
            "Feature",
            "FeatureList",
            "FeatureLists",
            "Features",
            "FloatList",
            "Int64List",
            "SequenceExample",
        ),
        "millrace.train.example",
    ),
}


def __getattr__(name):
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'millrace.train' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_LAZY})


__all__ = [
    "AdadeltaOptimizer",
    "AdagradOptimizer",
    "AdamOptimizer",
    "CheckpointSaverHook",
    "CheckpointSaverListener",
    "CheckpointState",
    "ChiefSessionCreator",
    "Coordinator",
    "ExponentialMovingAverage",
    "FeedFnHook",
    "FinalOpsHook",
    "FtrlOptimizer",
    "GradientDescentOptimizer",
    "LoggingTensorHook",
    "LooperThread",
    "MomentumOptimizer",
    "MonitoredSession",
    "MonitoredTrainingSession",
    "NanLossDuringTrainingError",
    "NanTensorHook",
    "NewCheckpointReader",
    "Optimizer",
    "ProgressBarHook",
    "QueueRunner",
    "RMSPropOptimizer",
    "Saver",
    "Scaffold",
    "SessionCreator",
    "SessionRunArgs",
    "SessionRunContext",
    "SessionRunHook",
    "SessionRunValues",
    "SingularMonitoredSession",
    "StepCounterHook",
    "StopAtStepHook",
    "SummarySaverHook",
    "WorkerSessionCreator",
    "add_queue_runner",
    "checkpoint_exists",
    "cosine_decay",
    "cosine_decay_restarts",
    "create_global_step",
    "exponential_decay",
    "export_meta_graph",
    "get_checkpoint_state",
    "get_global_step",
    "get_or_create_global_step",
    "global_step",
    "import_meta_graph",
    "inverse_time_decay",
    "latest_checkpoint",
    "linear_cosine_decay",
    "list_variables",
    "load_checkpoint",
    "load_variable",
    "natural_exp_decay",
    "noisy_linear_cosine_decay",
    "piecewise_constant",
    "polynomial_decay",
    "replica_device_setter",
    "start_queue_runners",
    "summary_iterator",
    "update_checkpoint_state",
]
