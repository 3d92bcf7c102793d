"""CheckpointManager: the last checkpoints of a folder."""

import os

from millrace._load import public
from millrace.train.checkpoint_state import get_checkpoint_state
from millrace.train.kept_checkpoints import KeptCheckpoints


class CheckpointManager:
    """Saves a Checkpoint into a folder and keeps the last ones.

    Args:
      max_to_keep: how many; None keeps all.
      keep_checkpoint_every_n_hours: one of these is kept for good.
      checkpoint_name: the beginning of the files' names.
      step_counter, checkpoint_interval: save() does nothing until the counter has moved on by the
        interval.
      init_fn: called by restore_or_initialize() if there is no checkpoint.
    """

    @public
    def __init__(
        self,
        checkpoint,
        directory,
        max_to_keep,
        keep_checkpoint_every_n_hours=None,
        checkpoint_name="ckpt",
        step_counter=None,
        checkpoint_interval=None,
        init_fn=None,
    ):
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(f"max_to_keep must be None or greater than 0, got {max_to_keep}")
        if checkpoint_interval is not None and step_counter is None:
            raise ValueError("checkpoint_interval needs a step_counter")
        self._checkpoint, self._folder = checkpoint, os.fspath(directory)
        self._prefix = os.path.join(self._folder, checkpoint_name)
        hours = 1e9 if keep_checkpoint_every_n_hours is None else keep_checkpoint_every_n_hours
        self._kept = KeptCheckpoints(max_to_keep, hours)
        self._counter, self._interval, self._init_fn = step_counter, checkpoint_interval, init_fn
        self._saved_at = None
        state = get_checkpoint_state(self._folder)
        if state is not None:
            self._kept.recover(state.all_model_checkpoint_paths)

    checkpoint = property(lambda self: self._checkpoint)
    directory = property(lambda self: self._folder)
    checkpoint_interval = property(lambda self: self._interval)

    @property
    def latest_checkpoint(self):
        """The prefix of the last one, or None."""
        return self._kept.prefixes[-1] if self._kept.prefixes else None

    @property
    def checkpoints(self):
        """The prefixes of those that are kept, oldest first."""
        return self._kept.prefixes

    @public
    def save(self, checkpoint_number=None, check_interval=True, options=None):
        """Writes a checkpoint of that number (the save_counter if None). Returns its prefix; None
        if it is not yet time."""
        if self._interval is not None and check_interval:
            now = int(self._counter.numpy())
            if self._saved_at is not None and now - self._saved_at < self._interval:
                return None
            self._saved_at = now
        counter = self._checkpoint.save_counter
        counter.assign_add(1)
        number = int(counter.numpy()) if checkpoint_number is None else int(checkpoint_number)
        prefix = self._checkpoint.write(f"{self._prefix}-{number}")
        self._kept.add(self._folder, prefix, None)
        return prefix

    @public
    def restore_or_initialize(self):
        """Restores the last checkpoint and returns its prefix; without one calls init_fn and
        returns None."""
        if self.latest_checkpoint is not None:
            self._checkpoint.restore(self.latest_checkpoint)
            return self.latest_checkpoint
        if self._init_fn is not None:
            self._init_fn()
        return None
