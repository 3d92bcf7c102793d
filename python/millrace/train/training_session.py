"""MonitoredTrainingSession: the usual session of a task that trains."""

import logging

from millrace._load import public
from millrace.framework import context
from millrace.train.checkpoint_hook import CheckpointSaverHook
from millrace.train.global_step import get_global_step
from millrace.train.hooks import StepCounterHook, SummarySaverHook
from millrace.train.monitored_session import (
    ChiefSessionCreator,
    MonitoredSession,
    WorkerSessionCreator,
)
from millrace.train.scaffold import Scaffold

log = logging.getLogger("millrace")
USE_DEFAULT = object()


@public
def MonitoredTrainingSession(
    master="",
    is_chief=True,
    checkpoint_dir=None,
    scaffold=None,
    hooks=None,
    chief_only_hooks=None,
    save_checkpoint_secs=USE_DEFAULT,
    save_summaries_steps=USE_DEFAULT,
    save_summaries_secs=USE_DEFAULT,
    config=None,
    stop_grace_period_secs=120,
    log_step_count_steps=100,
    max_wait_secs=7200,
    save_checkpoint_steps=USE_DEFAULT,
    summary_dir=None,
    save_graph_def=True,
    *,
    cluster=None,
    progress=False,
):
    """A MonitoredSession for training: the chief initialises or restores, saves checkpoints and
    summaries.

    Args:
      master: target of the session; "" for this process.
      is_chief: whether this task initialises the variables and saves.
      checkpoint_dir: where the chief restores from and saves to; no checkpoints if None.
      hooks, chief_only_hooks: SessionRunHooks of all tasks, and of the chief.
      save_checkpoint_secs, save_checkpoint_steps: how often to save; 600 seconds if neither is
        given.
      save_summaries_steps, save_summaries_secs: how often to write summaries; 100 steps if neither
        is given.
      log_step_count_steps: how often to write global_step/sec.
      max_wait_secs: how long a task waits for the chief, and how long it tries to go on when the
        cluster has lost a task (see MonitoredSession).
      cluster: a ClusterSpec of which this process is a task: gives master and is_chief.
      progress: show a progress bar (of the chief); or a ProgressBarHook.
    """
    if cluster is not None:
        master, is_chief = cluster.session_target(), cluster.is_chief()
    scaffold = scaffold or Scaffold()
    all_hooks = list(hooks or ())
    if is_chief:
        all_hooks += list(chief_only_hooks or ())
        if progress:
            from millrace.train.progress import ProgressBarHook

            all_hooks.append(
                progress if isinstance(progress, ProgressBarHook) else ProgressBarHook()
            )
        if checkpoint_dir:
            all_hooks += _chief_hooks(
                checkpoint_dir,
                summary_dir or checkpoint_dir,
                scaffold,
                save_checkpoint_secs,
                save_checkpoint_steps,
                save_summaries_secs,
                save_summaries_steps,
                log_step_count_steps,
            )
        creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir)
    else:
        creator = WorkerSessionCreator(scaffold, master, config, max_wait_secs)
    return MonitoredSession(
        creator, all_hooks, stop_grace_period_secs, max_recovery_secs=max_wait_secs
    )


def _chief_hooks(
    folder, summary_dir, scaffold, ckpt_secs, ckpt_steps, summary_secs, summary_steps, log_steps
):
    if ckpt_secs is USE_DEFAULT and ckpt_steps is USE_DEFAULT:
        ckpt_secs = 600
    if summary_secs is USE_DEFAULT and summary_steps is USE_DEFAULT:
        summary_steps = 100
    ckpt_secs, ckpt_steps, summary_secs, summary_steps = (
        None if v is USE_DEFAULT else v
        for v in (ckpt_secs, ckpt_steps, summary_secs, summary_steps)
    )
    if get_global_step() is None:
        log.warning("the graph has no global step: no checkpoints and summaries are written")
        return []
    from millrace.summary import FileWriter

    hooks = []
    writer = (
        FileWriter(summary_dir, context.get_default_graph())
        if (summary_secs or summary_steps or log_steps)
        else None
    )
    if log_steps:
        hooks.append(StepCounterHook(log_steps, summary_writer=writer))
    if summary_secs or summary_steps:
        hooks.append(
            SummarySaverHook(summary_steps, summary_secs, summary_writer=writer, scaffold=scaffold)
        )
    if ckpt_secs or ckpt_steps:
        hooks.append(CheckpointSaverHook(folder, ckpt_secs, ckpt_steps, scaffold=scaffold))
    return hooks
