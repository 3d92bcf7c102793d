"""Which checkpoints of a folder are kept."""

import glob
import os
import time

from millrace.train.checkpoint_state import checkpoint_exists, update_checkpoint_state


class KeptCheckpoints:
    """The latest checkpoints, oldest first; older ones are deleted.

    Args:
      max_to_keep: how many are kept; None or 0 keeps all.
      keep_every_n_hours: one of these is kept for good.
    """

    def __init__(self, max_to_keep, keep_every_n_hours):
        self._max_to_keep = max_to_keep
        self._keep_seconds = keep_every_n_hours * 3600
        self._next_preserved = time.time() + self._keep_seconds
        self._kept = []  # (prefix, time)

    @property
    def prefixes(self):
        return [prefix for prefix, _ in self._kept]

    def recover(self, prefixes):
        """Takes those of an earlier run that are there."""
        self._kept = [(p, os.path.getmtime(f"{p}.index")) for p in prefixes if checkpoint_exists(p)]

    def set(self, prefixes_with_times):
        self._kept = list(prefixes_with_times)

    def add(self, folder, prefix, latest_filename):
        """Notes a new one in the folder's file, then deletes what is too old."""
        now = time.time()
        self._kept = [(p, t) for p, t in self._kept if p != prefix] + [(prefix, now)]
        doomed = []
        while self._max_to_keep and len(self._kept) > self._max_to_keep:
            old, made = self._kept.pop(0)
            if made >= self._next_preserved:
                self._next_preserved += self._keep_seconds
            else:
                doomed.append(old)
        times = [t for _, t in self._kept]
        update_checkpoint_state(folder, prefix, self.prefixes, latest_filename, times)
        for old in doomed:  # only when nothing refers to them any more
            _delete(old)


def _delete(prefix):
    for path in [
        f"{prefix}.index",
        f"{prefix}.meta",
        *glob.glob(f"{glob.escape(prefix)}.data-*-of-*"),
    ]:
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
