"""The progress bar of a training session."""

import sys
import time

from millrace._load import public
from millrace.train.global_step import get_global_step
from millrace.train.hooks import SessionRunArgs, SessionRunHook

_WIDTH = 24


class ProgressBarHook(SessionRunHook):
    """One line on a terminal: step, loss, examples/s, and the last measured values. Elsewhere a
    line every 10 seconds.

    Args:
      total_steps: where the bar is full; no bar if None.
      loss: a scalar tensor to show.
      batch_size: examples a step, of all workers, for examples/s.
      stream: where to write; standard error if None.
    """

    @public
    def __init__(self, total_steps=None, loss=None, batch_size=None, stream=None):
        self._total, self._loss, self._batch = total_steps, loss, batch_size
        self._stream = sys.stderr if stream is None else stream
        self._extra = {}
        self._shown = 0.0
        self._rate_from = None
        self._line = ""

    def show(self, **values):
        """Shows further values from now on: accuracy=0.87."""
        self._extra.update(values)

    def begin(self):
        self._step = get_global_step()
        self._terminal = self._stream.isatty()

    def before_run(self, run_context):
        self._due = time.monotonic() >= self._shown + (0.1 if self._terminal else 10)
        if not self._due:
            return None
        fetches = {} if self._step is None else {"step": self._step}
        if self._loss is not None:
            fetches["loss"] = self._loss
        return SessionRunArgs(fetches)

    def after_run(self, run_context, run_values):
        if self._due:
            self._shown = time.monotonic()
            self._draw(run_values.results)

    def end(self, session):
        values = {} if self._step is None else {"step": session.run(self._step)}
        self._draw({**self._last, **values})
        if self._terminal:
            self._stream.write("\n")
        self._stream.flush()

    _last: dict = {}  # noqa: RUF012

    def _draw(self, values):
        self._last = values
        step, now = int(values.get("step", 0)), time.monotonic()
        parts = []
        if self._total:
            step = min(step, self._total)  # workers that train asynchronously go a step beyond
            filled = _WIDTH * step // self._total
            parts.append(f"[{'#' * filled}{'.' * (_WIDTH - filled)}] step {step}/{self._total}")
        else:
            parts.append(f"step {step}")
        if "loss" in values:
            parts.append(f"loss {float(values['loss']):.4f}")
        if self._rate_from is None:
            self._rate_from = (step, now)
        elif self._batch and now > self._rate_from[1]:
            rate = (step - self._rate_from[0]) * self._batch / (now - self._rate_from[1])
            parts.append(f"{rate:,.0f} examples/s")
        parts += [
            f"{k} {v:.4f}" if isinstance(v, float) else f"{k} {v}" for k, v in self._extra.items()
        ]
        line = "  ".join(parts)
        if self._terminal:
            self._stream.write("\r" + line.ljust(len(self._line)))
        else:
            self._stream.write(line + "\n")
        self._line = line
        self._stream.flush()
