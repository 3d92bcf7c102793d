"""Coordinator: threads that end together."""

import contextlib
import logging
import sys
import threading
import time

from millrace._load import public
from millrace.errors import OutOfRangeError

log = logging.getLogger("millrace")


class Coordinator:
    """Tells threads when to stop, waits for them, and hands on the first exception among them.

    Thread-safe; join() is for one thread.

    Args:
      clean_stop_exception_types: exceptions that end the threads without being an error;
        OutOfRangeError, the end of the input, if left out.
    """

    @public
    def __init__(self, clean_stop_exception_types=None):
        if clean_stop_exception_types is None:
            clean_stop_exception_types = (OutOfRangeError,)
        self._clean = tuple(clean_stop_exception_types)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._error = None
        self._joined = False
        self._threads = set()

    @property
    def joined(self):
        return self._joined

    @public
    def request_stop(self, ex=None):
        """Asks all threads to stop. `ex`, an exception or sys.exc_info(), is raised by join(), if
        it is the first and not one of the clean ones."""
        error = ex[1] if isinstance(ex, tuple) else ex
        with self._lock:
            if self._joined and error is not None:
                raise error  # nobody will ask for it any more
            if self._stop.is_set():
                return
            if error is not None and not isinstance(error, self._clean):
                self._error = error
                log.info("a thread ended with %s: %s", type(error).__name__, error)
            self._stop.set()

    @public
    def clear_stop(self):
        """Threads may run again: nobody has asked to stop, and nothing has failed."""
        with self._lock:
            self._joined, self._error = False, None
            self._stop.clear()

    def should_stop(self):
        """True if the threads shall stop."""
        return self._stop.is_set()

    @contextlib.contextmanager
    def stop_on_exception(self):
        """`with coord.stop_on_exception():` an exception inside becomes request_stop()."""
        try:
            yield
        except Exception:
            self.request_stop(sys.exc_info())

    @public
    def wait_for_stop(self, timeout=None):
        """Waits until stopping is asked for; False if that was not within `timeout` seconds."""
        return self._stop.wait(timeout)

    @public
    def register_thread(self, thread):
        """Has join() wait for this thread too."""
        with self._lock:
            self._threads.add(thread)

    @public
    def join(self, threads=None, stop_grace_period_secs=120, ignore_live_threads=False):
        """Waits until stopping is asked for or all threads have ended, then for the threads.

        Raises:
          The exception that request_stop() was given; RuntimeError if threads still run when
          stop_grace_period_secs have passed, unless ignore_live_threads.
        """
        with self._lock:
            waited_for = self._threads | set(threads or ())
        while any(t.is_alive() for t in waited_for) and not self.wait_for_stop(0.1):
            pass
        if not any(t.is_alive() for t in waited_for):
            self._stop.set()
        end = time.monotonic() + stop_grace_period_secs
        for thread in waited_for:
            thread.join(max(0.0, end - time.monotonic()))
        with self._lock:
            self._joined = True
            self._threads = set()
        self.raise_requested_exception()
        alive = sorted(t.name for t in waited_for if t.is_alive())
        if not alive:
            return
        text = f"threads that did not end within {stop_grace_period_secs} s: {', '.join(alive)}"
        if not ignore_live_threads:
            raise RuntimeError(text)
        log.warning(text)

    @property
    def requested_exception(self):
        """What request_stop() was given first, or None."""
        with self._lock:
            return self._error

    @public
    def raise_requested_exception(self):
        """Raises what request_stop() was given, if anything."""
        error = self.requested_exception
        if error is not None:
            raise error


class LooperThread(threading.Thread):
    """A thread that calls target(*args, **kwargs), every timer_interval_secs (without a pause if
    None), until the coordinator asks to stop. start_loop() and stop_loop() may be overridden."""

    @public
    def __init__(self, coord, timer_interval_secs, target=None, args=None, kwargs=None):
        super().__init__(daemon=True)
        if not isinstance(coord, Coordinator):
            raise ValueError(f"coord must be a Coordinator, got {coord!r}")
        self._coord, self._interval = coord, timer_interval_secs
        self._function, self._function_args = target, (args or (), kwargs or {})
        coord.register_thread(self)

    @staticmethod
    @public
    def loop(coord, timer_interval_secs, target, args=None, kwargs=None):
        """Makes and starts one."""
        thread = LooperThread(coord, timer_interval_secs, target, args, kwargs)
        thread.start()
        return thread

    def run(self):
        with self._coord.stop_on_exception():
            self.start_loop()
            due = time.monotonic()
            while not self._coord.should_stop():
                self.run_loop()
                if self._interval is not None:
                    due += self._interval
                    self._coord.wait_for_stop(max(0.0, due - time.monotonic()))
            self.stop_loop()

    def start_loop(self):
        pass

    def stop_loop(self):
        pass

    def run_loop(self):
        if self._function is not None:
            args, kwargs = self._function_args
            self._function(*args, **kwargs)
