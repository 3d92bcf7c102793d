"""Session hooks: what happens around the steps of a monitored session."""

import collections
import logging
import math
import time

from millrace._load import public
from millrace.framework import context
from millrace.framework.graph_keys import GraphKeys
from millrace.train.global_step import get_global_step

log = logging.getLogger("millrace")

SessionRunArgs = collections.namedtuple(
    "SessionRunArgs", ["fetches", "feed_dict", "options"], defaults=(None, None)
)
SessionRunValues = collections.namedtuple(
    "SessionRunValues", ["results", "options", "run_metadata"]
)


class SessionRunContext:
    """What a hook sees of a call of run()."""

    def __init__(self, original_args, session):
        self.original_args, self.session = original_args, session
        self.stop_requested = False

    def request_stop(self):
        """The session's should_stop() holds from now on."""
        self.stop_requested = True


class SessionRunHook:
    """begin(), after_create_session(session, coord), before_run(context) -> SessionRunArgs or None,
    after_run(context, values), end(session). begin() may add to the graph, the others may not."""

    def begin(self):
        pass

    def after_create_session(self, session, coord):
        pass

    def before_run(self, run_context):
        return None

    def after_run(self, run_context, run_values):
        pass

    def end(self, session):
        pass


def step_tensor():
    step = get_global_step()
    if step is None:
        raise RuntimeError(
            "this hook needs a global step: call train.get_or_create_global_step() first"
        )
    return step


class StepTimer:
    """Every so many steps or seconds."""

    def __init__(self, steps=None, secs=None):
        if (steps is None) == (secs is None):
            raise ValueError("give a number of steps or of seconds, not both")
        self.steps, self.secs = steps, secs
        self.last_step = self.last_time = None

    def due(self, step):
        if self.last_step is None:
            return True
        if step == self.last_step:
            return False
        if self.steps is not None:
            return step >= self.last_step + self.steps
        return time.monotonic() >= self.last_time + self.secs

    def mark(self, step):
        """(seconds, steps) since the last mark; (None, None) the first time."""
        now = time.monotonic()
        passed = (
            (None, None)
            if self.last_step is None
            else (now - self.last_time, step - self.last_step)
        )
        self.last_step, self.last_time = step, now
        return passed


class StopAtStepHook(SessionRunHook):
    """Stops when the global step reaches last_step, or num_steps more than at the start."""

    @public
    def __init__(self, num_steps=None, last_step=None):
        if (num_steps is None) == (last_step is None):
            raise ValueError("give num_steps or last_step, not both")
        self._num_steps, self._last_step = num_steps, last_step

    def begin(self):
        self._step = step_tensor()

    def after_create_session(self, session, coord):
        if self._last_step is None:
            self._last_step = int(session.run(self._step)) + self._num_steps

    def before_run(self, run_context):
        return SessionRunArgs(self._step)

    def after_run(self, run_context, run_values):
        step = run_values.results + 1  # it was fetched beside the update
        if step >= self._last_step and int(run_context.session.run(self._step)) >= self._last_step:
            run_context.request_stop()


class StepCounterHook(SessionRunHook):
    """Writes the summary global_step/sec."""

    @public
    def __init__(self, every_n_steps=100, every_n_secs=None, output_dir=None, summary_writer=None):
        self._timer = StepTimer(None if every_n_secs else every_n_steps, every_n_secs)
        self._dir, self._writer = output_dir, summary_writer

    def begin(self):
        self._step = step_tensor()
        if self._writer is None and self._dir:
            from millrace.summary import FileWriter

            self._writer = FileWriter(self._dir)

    def before_run(self, run_context):
        return SessionRunArgs(self._step)

    def after_run(self, run_context, run_values):
        step = int(run_values.results)
        if not self._timer.due(step):
            return
        seconds, steps = self._timer.mark(step)
        if seconds:
            if self._writer is not None:
                self._writer.add_scalar("global_step/sec", steps / seconds, step)
            log.info("global_step/sec: %.4g", steps / seconds)


class SummarySaverHook(SessionRunHook):
    """Writes the value of a summary operation to an event log."""

    @public
    def __init__(
        self,
        save_steps=None,
        save_secs=None,
        output_dir=None,
        summary_writer=None,
        scaffold=None,
        summary_op=None,
    ):
        self._timer = StepTimer(save_steps, save_secs)
        self._dir, self._writer, self._scaffold, self._op = (
            output_dir,
            summary_writer,
            scaffold,
            summary_op,
        )

    def begin(self):
        self._step = step_tensor()
        if self._writer is None:
            from millrace.summary import FileWriter

            self._writer = FileWriter(self._dir, context.get_default_graph())

    def before_run(self, run_context):
        op = self._op if self._op is not None else self._scaffold.summary_op
        self._asked = op is not None and self._timer.due(
            (self._timer.last_step or 0) + 1 if self._timer.secs else self._next
        )
        fetches = {"step": self._step}
        if self._asked:
            fetches["summary"] = op
        return SessionRunArgs(fetches)

    _next = 0

    def after_run(self, run_context, run_values):
        step = int(run_values.results["step"])
        self._next = step + 1
        if self._asked:
            self._timer.mark(step)
            found = run_values.results["summary"]
            for summary in found if isinstance(found, (list, tuple)) else [found]:
                self._writer.add_summary(summary, step)

    def end(self, session):
        self._writer.flush()


class LoggingTensorHook(SessionRunHook):
    """Logs values every so often."""

    @public
    def __init__(self, tensors, every_n_iter=None, every_n_secs=None, at_end=False, formatter=None):
        self._tensors = (
            tensors if isinstance(tensors, dict) else {getattr(t, "name", t): t for t in tensors}
        )
        self._timer = StepTimer(every_n_iter, every_n_secs)
        self._format, self._iteration = formatter, 0

    def before_run(self, run_context):
        self._asked = self._timer.due(self._iteration)
        return SessionRunArgs(self._tensors) if self._asked else None

    def after_run(self, run_context, run_values):
        if self._asked:
            values = run_values.results
            text = (
                self._format(values)
                if self._format
                else ", ".join(f"{k} = {v}" for k, v in values.items())
            )
            log.info(text)
            self._timer.mark(self._iteration)
        self._iteration += 1


class FinalOpsHook(SessionRunHook):
    """Runs `final_ops` at the end; their values are final_ops_values."""

    @public
    def __init__(self, final_ops, final_ops_feed_dict=None):
        self._ops, self._feeds = final_ops, final_ops_feed_dict
        self.final_ops_values = None

    def end(self, session):
        if self._ops is not None:
            self.final_ops_values = session.run(self._ops, self._feeds)


class FeedFnHook(SessionRunHook):
    """Feeds each step what feed_fn() returns."""

    @public
    def __init__(self, feed_fn):
        self._feed_fn = feed_fn

    def before_run(self, run_context):
        return SessionRunArgs(None, self._feed_fn())


class NanLossDuringTrainingError(RuntimeError):
    """The loss is not a number."""


class NanTensorHook(SessionRunHook):
    """Ends training when the loss is not a number: by an exception, or by stopping."""

    @public
    def __init__(self, loss_tensor, fail_on_nan_loss=True):
        self._loss, self._fail = loss_tensor, fail_on_nan_loss

    def before_run(self, run_context):
        return SessionRunArgs(self._loss)

    def after_run(self, run_context, run_values):
        if math.isnan(float(run_values.results)):
            if self._fail:
                raise NanLossDuringTrainingError("the loss became NaN")
            log.warning("the loss became NaN: training stops")
            run_context.request_stop()


def summaries_of(graph):
    """All summary operations of a graph, as a list, or None."""
    return graph.get_collection(GraphKeys.SUMMARIES) or None
