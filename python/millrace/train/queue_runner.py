"""QueueRunner: threads that fill a queue."""

import logging
import threading

from millrace._load import public
from millrace.errors import CancelledError, OutOfRangeError
from millrace.framework import context
from millrace.framework.graph_keys import GraphKeys, add_to_collection, get_collection

log = logging.getLogger("millrace")


class QueueRunner:
    """Runs each of `enqueue_ops` over and over in a thread of its own, for each session.

    Args:
      queue: the queue to fill.
      enqueue_ops: operations; one may be named several times.
      close_op: run when the last thread has ended; closes the queue if left out.
      cancel_op: run when the coordinator asks to stop; closes the queue and ends what waits at it
        if left out.
      queue_closed_exception_types: exceptions that say that there is no more input; OutOfRangeError
        if left out.
    """

    @public
    def __init__(
        self,
        queue=None,
        enqueue_ops=None,
        close_op=None,
        cancel_op=None,
        queue_closed_exception_types=None,
        queue_runner_def=None,
        import_scope=None,
    ):
        if queue_runner_def is not None:
            raise ValueError("queue runners are not made of a queue_runner_def: give the queue")
        if queue is None or not enqueue_ops:
            raise ValueError("a QueueRunner needs a queue and enqueue_ops")
        self.queue, self.enqueue_ops = queue, list(enqueue_ops)
        self.close_op = queue.close() if close_op is None else close_op
        self.cancel_op = queue.close(cancel_pending_enqueues=True)
        if cancel_op is not None:
            self.cancel_op = cancel_op
        self.queue_closed_exception_types = (OutOfRangeError,)
        if queue_closed_exception_types is not None:
            self.queue_closed_exception_types = tuple(queue_closed_exception_types)
        self._lock = threading.Lock()
        self._running = {}  # session -> how many of its threads have not ended
        self._errors = []

    @property
    def name(self):
        return self.queue.name

    @property
    def exceptions_raised(self):
        """What ended threads that have no coordinator."""
        return self._errors

    @public
    def create_threads(self, sess, coord=None, daemon=False, start=False):
        """The threads of a session: one for each enqueue operation and, with a coordinator, one
        that waits for its request to stop. None where they run already."""
        with self._lock:
            if self._running.get(sess):
                log.warning("the threads of the queue %s run already in this session", self.name)
                return []
            self._running[sess] = len(self.enqueue_ops)
            self._errors = []
        threads = [
            threading.Thread(
                target=self._fill, args=(sess, op, coord), name=f"{self.name}-{op.name}"
            )
            for op in self.enqueue_ops
        ]
        if coord is not None:
            threads.append(
                threading.Thread(target=self._end, args=(sess, coord), name=f"{self.name}-stop")
            )
        for thread in threads:
            thread.daemon = daemon
            if coord is not None:
                coord.register_thread(thread)
            if start:
                thread.start()
        return threads

    def _fill(self, session, enqueue_op, coord):
        """Enqueues until the input is used up, the coordinator asks to stop, or something fails."""
        error = None
        try:
            enqueue = session.make_callable(enqueue_op)
            while coord is None or not coord.should_stop():
                enqueue()
        except self.queue_closed_exception_types:
            pass
        except Exception as failure:
            error = failure
        with self._lock:
            self._running[session] -= 1
            is_last = self._running[session] == 0
        if error is None:
            if is_last:
                _run_at_the_end(session, self.close_op)
        elif coord is not None:
            coord.request_stop(error)
        else:
            with self._lock:
                self._errors.append(error)
            log.error("the queue %s is not filled any more: %s", self.name, error)

    def _end(self, session, coord):
        coord.wait_for_stop()
        _run_at_the_end(session, self.cancel_op)


def _run_at_the_end(session, op):
    """Runs what closes a queue. The session may be gone by now."""
    try:
        session.run(op)
    except (CancelledError, RuntimeError, ConnectionError) as error:
        log.debug("a queue could not be closed: %s", error)


@public
def add_queue_runner(qr, collection=GraphKeys.QUEUE_RUNNERS):
    """Has start_queue_runners() start it."""
    add_to_collection(collection, qr)


@public
def start_queue_runners(
    sess=None, coord=None, daemon=True, start=True, collection=GraphKeys.QUEUE_RUNNERS
):
    """The threads of all queue runners of the graph, started unless start=False.

    Args:
      sess: the session they run in; the default session if None.
      coord: the Coordinator that ends them.
    Raises:
      ValueError if there is no session.
    """
    from millrace.session.session import get_default_session

    session = get_default_session() if sess is None else sess
    if session is None:
        raise ValueError(
            "start_queue_runners() needs a session: call it inside `with session.as_default():`, "
            "or give one"
        )
    graph = getattr(session, "graph", None) or context.get_default_graph()
    with graph.as_default():
        runners = get_collection(collection)
    return [
        thread
        for runner in runners
        for thread in runner.create_threads(session, coord, daemon, start)
    ]
