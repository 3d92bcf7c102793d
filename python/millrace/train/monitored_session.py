"""Monitored sessions: training with hooks, checkpoints and an orderly end."""

import logging

from millrace._load import public
from millrace.framework import context
from millrace.session.config import RunMetadata, RunOptions
from millrace.train import session_manager
from millrace.train.checkpoint_hook import CheckpointSaverHook
from millrace.train.global_step import get_global_step
from millrace.train.hooks import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunValues,
    StepCounterHook,
    SummarySaverHook,
)
from millrace.train.scaffold import Scaffold

log = logging.getLogger("millrace")
USE_DEFAULT = object()


class ChiefSessionCreator:
    """Makes the session of the task that initialises or restores the variables."""

    @public
    def __init__(
        self,
        scaffold=None,
        master="",
        config=None,
        checkpoint_dir=None,
        checkpoint_filename_with_path=None,
    ):
        self.scaffold, self._master, self._config = scaffold or Scaffold(), master, config
        self._dir = checkpoint_dir

    def create_session(self):
        graph = context.get_default_graph()
        self.scaffold.finalize()
        return session_manager.prepare_as_chief(
            self._master, graph, self.scaffold, self._dir, self._config
        )


class WorkerSessionCreator:
    """Makes the session of a task that waits for the chief."""

    @public
    def __init__(self, scaffold=None, master="", config=None, max_wait_secs=1800):
        self.scaffold, self._master, self._config = scaffold or Scaffold(), master, config
        self._max_wait_secs = max_wait_secs

    def create_session(self):
        graph = context.get_default_graph()
        self.scaffold.finalize()
        return session_manager.wait_for_chief(
            self._master, graph, self.scaffold, self._config, self._max_wait_secs
        )


class MonitoredSession:
    """A session with hooks. `with MonitoredSession(...) as s: while not s.should_stop():
    s.run(train_op)`.

    At the end of the with block the hooks' end() runs, unless an exception ended it. An
    OutOfRangeError (the input is
    used up) or StopIteration in run() ends training as if it had been asked for.
    """

    @public
    def __init__(self, session_creator=None, hooks=None, stop_grace_period_secs=120):
        self._hooks = list(hooks or ())
        for hook in self._hooks:
            hook.begin()
        creator = session_creator or ChiefSessionCreator()
        graph = context.get_default_graph()
        self._reopen = None if graph.finalized else graph  # what making the session closes
        self._session = creator.create_session()
        self.graph = self._session.graph
        self._stop = False
        for hook in self._hooks:
            hook.after_create_session(self._session, None)

    def should_stop(self):
        """True when a hook asked to stop, or the session is closed."""
        return self._stop or self._session is None

    @public
    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Runs one step, with what the hooks ask for beside it."""
        if self._session is None:
            raise RuntimeError("Run called even after should_stop requested.")
        run_context = SessionRunContext(SessionRunArgs(fetches, feed_dict, options), self._session)
        asked, feeds = {"caller": fetches}, dict(feed_dict or ())
        for i, hook in enumerate(self._hooks):
            request = hook.before_run(run_context)
            if request is None:
                continue
            if request.fetches is not None:
                asked[i] = request.fetches
            feeds.update(request.feed_dict or ())
            if request.options is not None:
                options = options or RunOptions()
                options.trace_level = max(options.trace_level, request.options.trace_level)
                run_metadata = run_metadata or RunMetadata()
        if len(asked) == 1 and not feeds:
            results = {"caller": self._session.run(fetches, None, options, run_metadata)}
        else:
            results = self._session.run(asked, feeds, options, run_metadata)
        for i, hook in enumerate(self._hooks):
            hook.after_run(run_context, SessionRunValues(results.get(i), options, run_metadata))
        self._stop = self._stop or run_context.stop_requested
        return results["caller"]

    @public
    def run_step_fn(self, step_fn):
        """step_fn(context) with context.session the plain session: for steps of several runs."""
        return step_fn(SessionRunContext(None, self._session))

    @public
    def close(self):
        """Runs the hooks' end() and closes the session."""
        if self._session is None:
            return
        try:
            for hook in self._hooks:
                hook.end(self._session)
        finally:
            self._end()

    def _end(self):
        session, self._session = self._session, None
        session.close()
        if self._reopen is not None:
            self._reopen._finalized = False

    def __enter__(self):
        return self

    @public
    def __exit__(self, error_type, error, traceback):
        from millrace.errors import OutOfRangeError

        if error_type is not None and issubclass(error_type, (OutOfRangeError, StopIteration)):
            error_type = None
            self._stop = True
            handled = True
        else:
            handled = False
        if error_type is None:
            self.close()
        elif self._session is not None:
            self._end()
        return handled


SingularMonitoredSession = MonitoredSession


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
      max_wait_secs: how long a task waits for the chief.
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
    return MonitoredSession(creator, all_hooks, stop_grace_period_secs)


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
