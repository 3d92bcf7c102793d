"""Monitored sessions: training with hooks, that survives lost tasks and has an orderly end."""

import logging
import time

from millrace._load import public
from millrace.errors import OutOfRangeError
from millrace.framework import context
from millrace.train import session_manager
from millrace.train.hooked_session import PREEMPTION_ERRORS, HookedSession
from millrace.train.scaffold import Scaffold

log = logging.getLogger("millrace")
_RETRY_SECONDS = 0.5


class SessionCreator:
    """create_session(): what a MonitoredSession gets its session from, and another when that one
    is lost."""

    def create_session(self):
        raise NotImplementedError(f"{type(self).__name__} must define create_session()")


class ChiefSessionCreator(SessionCreator):
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
        self._dir, self._path = checkpoint_dir, checkpoint_filename_with_path

    def create_session(self):
        graph = context.get_default_graph()
        self.scaffold.finalize()
        return session_manager.prepare_as_chief(
            self._master, graph, self.scaffold, self._dir, self._config, self._path
        )


class WorkerSessionCreator(SessionCreator):
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

    When a task of the cluster is lost (UnavailableError, AbortedError), the session is closed and
    another created, by which the chief restores the last checkpoint and the others wait for it;
    the hooks' after_create_session() is called again, and then the step that failed runs again. A
    warning in the log says so. The error is raised if no step succeeds for max_recovery_secs.

    At the end of the with block the hooks' end() runs, unless an exception ended it. An
    OutOfRangeError (the input is used up) or StopIteration in run() ends training as if it had been
    asked for.

    Args:
      session_creator: a ChiefSessionCreator if left out.
      hooks: SessionRunHooks.
      stop_grace_period_secs: how long close() waits for threads that feed queues.
      max_recovery_secs: see above; without a limit if None.
    """

    _recovers = True

    @public
    def __init__(
        self,
        session_creator=None,
        hooks=None,
        stop_grace_period_secs=120,
        *,
        max_recovery_secs=7200,
    ):
        self._hooks = list(hooks or ())
        for hook in self._hooks:
            hook.begin()
        self._creator = session_creator or ChiefSessionCreator()
        self._grace_seconds, self._max_recovery_secs = stop_grace_period_secs, max_recovery_secs
        self.graph = context.get_default_graph()
        self._reopen = not self.graph.finalized  # what making the session closes
        self._session, self._closed = None, False
        self._lost_since = None  # when a task was lost, if no step has succeeded since
        self._with_session(lambda session: None)

    def _create(self):
        with self.graph.as_default():
            session = self._creator.create_session()
            return HookedSession(session, self._hooks, self._grace_seconds)

    def _with_session(self, use):
        """use(session), again with another session each time that one is lost."""
        while True:
            try:
                if self._session is None:
                    self._session = self._create()
                result = use(self._session)
            except PREEMPTION_ERRORS as error:
                if not self._may_try_again():
                    raise
                log.warning("the session is created anew: %s", error)
                self._drop()
                time.sleep(_RETRY_SECONDS)
            else:
                return result

    def _may_try_again(self):
        now = time.monotonic()
        if self._lost_since is None:
            self._lost_since = now
        limit = self._max_recovery_secs
        return self._recovers and (limit is None or now - self._lost_since < limit)

    def _drop(self):
        session, self._session = self._session, None
        if session is None:
            return
        try:
            session.close()
        except PREEMPTION_ERRORS as error:
            log.debug("while the lost session was closed: %s", error)

    @public
    def should_stop(self):
        """True when a hook asked to stop, or the session is closed."""
        return self._closed or self._with_session(lambda session: session.should_stop())

    @public
    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Runs one step, with what the hooks ask for beside it."""
        self._check_open()
        result = self._with_session(
            lambda session: session.run(fetches, feed_dict, options, run_metadata)
        )
        self._lost_since = None
        return result

    @public
    def run_step_fn(self, step_fn):
        """step_fn(step_context), for steps of several runs: step_context.session is the plain
        session, step_context.run_with_hooks() this one's run(), and step_context.request_stop()
        ends training."""
        self._check_open()
        result = self._with_session(lambda session: session.run_step_fn(step_fn))
        self._lost_since = None
        return result

    def _check_open(self):
        if self._closed:
            raise RuntimeError("Run called even after should_stop requested.")

    @public
    def close(self):
        """Runs the hooks' end() and closes the session."""
        if self._closed:
            return
        try:
            if self._session is not None:
                for hook in self._hooks:
                    hook.end(self._session.session)
        finally:
            self._end()

    def _end(self):
        self._closed = True
        try:
            self._drop()
        finally:
            if self._reopen:
                self.graph._finalized = False

    def __enter__(self):
        return self

    @public
    def __exit__(self, error_type, error, traceback):
        ended = error_type is not None and issubclass(error_type, (OutOfRangeError, StopIteration))
        if error_type is None or ended:
            self.close()
        elif not self._closed:
            self._end()
        return ended


class SingularMonitoredSession(MonitoredSession):
    """A MonitoredSession of one process, which makes no second session: errors of lost tasks are
    raised.

    Args:
      checkpoint_dir: restored from, if it holds a checkpoint.
    """

    _recovers = False

    @public
    def __init__(
        self,
        hooks=None,
        scaffold=None,
        master="",
        config=None,
        checkpoint_dir=None,
        stop_grace_period_secs=120,
        checkpoint_filename_with_path=None,
    ):
        creator = ChiefSessionCreator(
            scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path
        )
        super().__init__(creator, hooks, stop_grace_period_secs)

    def raw_session(self):
        """The plain session, whose steps no hook sees."""
        return self._session.session
