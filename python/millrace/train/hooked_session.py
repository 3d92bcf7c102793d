"""HookedSession: a session with hooks around its steps and threads that feed it."""

from millrace import errors
from millrace.session.config import RunMetadata, RunOptions
from millrace.train.coordinator import Coordinator
from millrace.train.hooks import SessionRunArgs, SessionRunContext, SessionRunValues
from millrace.train.queue_runner import start_queue_runners

# What a session that lost a task fails with. It does not get the task back; another session may.
PREEMPTION_ERRORS = (errors.AbortedError, errors.UnavailableError)


class StepContext:
    """What the function of run_step_fn() is given.

    Attributes:
      session: the plain session, whose steps no hook sees.
    """

    def __init__(self, session, run_with_hooks):
        self.session, self.run_with_hooks = session, run_with_hooks

    def request_stop(self):
        """Ends training, by StopIteration."""
        raise StopIteration("step_fn has requested the iterations to stop.")


class HookedSession:
    """One session of a MonitoredSession: what is made anew when a task was lost.

    The hooks' after_create_session() has been called when it is made; their begin() and end() are
    not its business.
    """

    def __init__(self, session, hooks, grace_seconds):
        self.session, self._hooks, self._grace_seconds = session, hooks, grace_seconds
        # The end of a queue is for the step that finds it empty.
        self.coord = Coordinator(clean_stop_exception_types=())
        self._stop = False
        try:
            start_queue_runners(session, self.coord)
            for hook in hooks:
                hook.after_create_session(session, self.coord)
        except BaseException:
            self.close()
            raise

    def should_stop(self):
        """True when a hook or a thread asked to stop. Raises what a thread failed with."""
        self.coord.raise_requested_exception()
        return self._stop or self.coord.should_stop()

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        if self.should_stop():
            raise RuntimeError("Run called even after should_stop requested.")
        try:
            return self._run_with_hooks(fetches, feed_dict, options, run_metadata)
        except PREEMPTION_ERRORS:
            raise
        except Exception:
            of_a_thread = self.coord.requested_exception
            if isinstance(of_a_thread, PREEMPTION_ERRORS):  # the step failed for want of its input
                raise of_a_thread from None
            raise

    def run_step_fn(self, step_fn):
        return step_fn(StepContext(self.session, self.run))

    def _run_with_hooks(self, fetches, feed_dict, options, run_metadata):
        run_context = SessionRunContext(SessionRunArgs(fetches, feed_dict, options), self.session)
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
            results = {"caller": self.session.run(fetches, None, options, run_metadata)}
        else:
            results = self.session.run(asked, feeds, options, run_metadata)
        for i, hook in enumerate(self._hooks):
            hook.after_run(run_context, SessionRunValues(results.get(i), options, run_metadata))
        self._stop = self._stop or run_context.stop_requested
        return results["caller"]

    def close(self):
        """Ends the threads, then the session. Raises what a thread failed with."""
        self.coord.request_stop()
        try:
            self.coord.join(stop_grace_period_secs=self._grace_seconds, ignore_live_threads=True)
        finally:
            self.session.close()
