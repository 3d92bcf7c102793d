"""CheckpointSaverHook: checkpoints while a monitored session trains."""

import logging
import os

from millrace._load import public
from millrace.train.hooks import SessionRunArgs, SessionRunHook, StepTimer, step_tensor

log = logging.getLogger("millrace")


class CheckpointSaverListener:
    """begin(), before_save(session, step), after_save(session, step) and end(session, step): what
    a CheckpointSaverHook calls. after_save may return True to end training."""

    def begin(self):
        pass

    def before_save(self, session, global_step_value):
        pass

    def after_save(self, session, global_step_value):
        pass

    def end(self, session, global_step_value):
        pass


class CheckpointSaverHook(SessionRunHook):
    """Saves a checkpoint at the start, every so often, and at the end.

    Args:
      listeners: CheckpointSaverListeners.
    """

    @public
    def __init__(
        self,
        checkpoint_dir,
        save_secs=None,
        save_steps=None,
        saver=None,
        checkpoint_basename="model.ckpt",
        scaffold=None,
        listeners=None,
    ):
        self._prefix = os.path.join(checkpoint_dir, checkpoint_basename)
        self._dir, self._saver, self._scaffold = checkpoint_dir, saver, scaffold
        self._timer = StepTimer(save_steps, save_secs)
        self._listeners = list(listeners or ())

    def begin(self):
        self._step = step_tensor()
        os.makedirs(self._dir, exist_ok=True)
        for listener in self._listeners:
            listener.begin()

    def after_create_session(self, session, coord):
        self._save(session, int(session.run(self._step)))

    def before_run(self, run_context):
        return SessionRunArgs(self._step)

    def after_run(self, run_context, run_values):
        if self._timer.due(int(run_values.results) + 1):
            step = int(run_context.session.run(self._step))
            if self._timer.due(step) and self._save(run_context.session, step):
                run_context.request_stop()

    def end(self, session):
        step = int(session.run(self._step))
        if step != self._timer.last_step:
            self._save(session, step)
        for listener in self._listeners:
            listener.end(session, step)

    def _save(self, session, step):
        """True if a listener asks to end training."""
        for listener in self._listeners:
            listener.before_save(session, step)
        saver = self._saver or self._scaffold.saver
        saver.save(session, self._prefix, global_step=step)
        self._timer.mark(step)
        log.info("saved the checkpoint %s-%d", self._prefix, step)
        return any([listener.after_save(session, step) for listener in self._listeners])
