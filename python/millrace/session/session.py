"""Session: runs steps of a graph, in this process or on a cluster."""

import collections
import contextlib
import threading

from millrace import _load
from millrace._load import public
from millrace.framework import context, nest
from millrace.session.config import ConfigProto, RunOptions
from millrace.session.fetches import Fetches

_local = threading.local()
_MAX_STEPS = 512  # prepared steps a session keeps


def _session_stack():
    try:
        return _local.sessions
    except AttributeError:
        _local.sessions = []
        return _local.sessions


@public
def get_default_session():
    """The innermost session of `with session.as_default()` in this thread, or None."""
    stack = _session_stack()
    return stack[-1] if stack else None


class _PreparedStep:
    """Fetches and feeds that were resolved once, and the runtime's compiled step for them."""

    def __init__(self, native, fetches, feed_names, standing):
        self.fetches = fetches
        self.standing = list(standing.values())
        names = [*feed_names, *standing]
        self.callable = native.callable(names, fetches.fetch_names, fetches.target_names)


class BaseSession:
    """A session that does not become the default one when entered. Steps may run from several
    threads at once."""

    @public
    def __init__(self, target="", graph=None, config=None):
        self.graph = context.get_default_graph() if graph is None else graph
        self._target = target
        config = config or ConfigProto()
        options = config.session_options()
        if target:
            from millrace.distributed import connect

            self._c = connect(target, self.graph._c, options, config.device_filters)
        else:
            self._c = _load.native.Session(
                self.graph._c, options, config.device_count.get("CPU", 1)
            )
        self._steps = collections.OrderedDict()
        self._started = set()  # of the graph's _started_by_sessions
        self._lock = threading.Lock()
        self._closed = False

    @property
    def sess_str(self):
        return self._target

    @property
    def graph_def(self):
        return self.graph.as_graph_def()

    @public
    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Runs one step.

        Args:
          fetches: a tensor, operation, variable or name, or a nested structure of them.
          feed_dict: values for tensors, by tensor or name. Arrays of the right dtype are not
            copied.
          options: RunOptions.
          run_metadata: a RunMetadata to fill.
        Returns:
          The structure of `fetches` with arrays for tensors and None for operations.
        """
        feeds = feed_dict if feed_dict else ()
        try:
            key = (_key_of(fetches), *feeds)
            step = self._steps.get(key)
        except TypeError:  # something unhashable
            key = step = None
        if step is None:
            if any(nest.is_nested(feed) for feed in feeds):
                return self.run(fetches, _feeds_of_parts(feeds), options, run_metadata)
            step, values = self._prepare(key, fetches, feeds)
        elif feeds:
            values = list(feeds.values())
        else:
            values = ()
        if step.standing:
            values = [*values, *step.standing]
        if options is None and run_metadata is None:
            return step.fetches.build(step.callable(*values))
        options = options or RunOptions()
        arrays, stats = step.callable.run(values, options.timeout_in_ms, options.trace_level > 0)
        if run_metadata is not None:
            run_metadata.set_step_stats(stats)
        return step.fetches.build(arrays)

    def _prepare(self, key, fetches, feeds):
        if self._closed:
            raise RuntimeError(
                "Attempted to use a closed Session. close(), or the end of its `with` block, "
                "closed it: make another"
            )
        if not self.graph.version:
            raise RuntimeError(
                "The Session graph is empty. Add operations to the graph before calling run()."
            )
        resolved = Fetches(self.graph, fetches)
        names = []
        for feed in feeds:
            try:
                names.append(self.graph.as_graph_element(feed, allow_operation=False).name)
            except (KeyError, TypeError, ValueError) as error:
                text = error.args[0]
                what = "" if text.startswith(repr(feed)) else f"{feed!r}: "
                raise TypeError(f"cannot be fed: {what}{text}") from None
        self._start_what_is_used(resolved)
        standing = self._standing_feeds(resolved, names)
        step = _PreparedStep(self._c, resolved, names, standing)
        if key is not None:
            with self._lock:
                self._steps[key] = step
                if len(self._steps) > _MAX_STEPS:
                    self._steps.popitem(last=False)
        return step, list(feeds.values()) if feeds else ()

    def _start_what_is_used(self, fetches):
        """Runs what starts the iterators that the step uses, where this session has not yet."""
        new = [pair for pair in self.graph._started_by_sessions if pair[0] not in self._started]
        if not new:
            return
        ids = [op._id for pair in new for op in pair]
        needed = set(self.graph._c.reachable(fetches.operation_names, ids))
        for starter, handle in new:
            if starter._id not in needed and handle._id not in needed:
                continue
            self._started.add(starter)
            if starter._id not in needed:  # the step does not do it itself
                self.run(starter)

    def _standing_feeds(self, fetches, feed_names):
        """{name: array} of the large constants that the step needs."""
        graph = self.graph
        if not graph._standing_feeds:
            return {}
        ids = [t.op._id for t in graph._standing_feeds]
        needed = graph._c.reachable(fetches.operation_names, ids)
        return {
            t.name: value
            for t, value in graph._standing_feeds.items()
            if t.op._id in needed and t.name not in feed_names
        }

    @public
    def make_callable(self, fetches, feed_list=None, accept_options=False):
        """A function that runs this step: it takes a value for each tensor of feed_list, in
        order."""
        resolved = Fetches(self.graph, fetches)
        names = [
            self.graph.as_graph_element(f, allow_operation=False).name for f in feed_list or ()
        ]
        self._start_what_is_used(resolved)
        step = _PreparedStep(self._c, resolved, names, self._standing_feeds(resolved, names))
        if accept_options:
            return _CallableWithOptions(step)
        native, build, standing = step.callable, resolved.build, step.standing
        if standing:
            return lambda *values: build(native(*values, *standing))
        if resolved.is_one_operation:
            return native
        return lambda *values: build(native(*values))

    @public
    def list_devices(self):
        """(name, type, incarnation) of each device."""
        return self._c.devices()

    @public
    def close(self):
        """Ends running steps with CancelledError; the session cannot be used any more."""
        if not self._closed:
            self._closed = True
            self._steps.clear()
            self._c.close()

    @contextlib.contextmanager
    def as_default(self):
        """`with session.as_default():` tensor.eval() and operation.run() use it."""
        stack = _session_stack()
        stack.append(self)
        try:
            yield self
        finally:
            stack.pop()

    def __repr__(self):
        return f"<mr.Session target={self._target!r}>"


class _CallableWithOptions:
    def __init__(self, step):
        self._step = step

    def __call__(self, *values, options=None, run_metadata=None):
        options = options or RunOptions()
        values = (*values, *self._step.standing)
        trace = options.trace_level > 0
        arrays, stats = self._step.callable.run(values, options.timeout_in_ms, trace)
        if run_metadata is not None:
            run_metadata.set_step_stats(stats)
        return self._step.fetches.build(arrays)


def _feeds_of_parts(feeds):
    """The feeds with the tensors that structures and composites are made of in their places."""
    found = {}
    for feed, value in feeds.items():
        if isinstance(feed, nest.Composite):
            found.update(feed._feeds(value))
        elif isinstance(feed, tuple):
            parts, values = nest.flatten(feed), nest.flatten(value)
            if len(parts) != len(values):
                raise TypeError(f"{feed!r} has {len(parts)} tensors, it is fed {len(values)}")
            found.update(zip(parts, values))
        else:
            found[feed] = value
    return found


def _key_of(fetches):
    """A hashable stand-in of the fetches."""
    if isinstance(fetches, list):
        return ("list", *map(_key_of, fetches))
    if isinstance(fetches, dict):
        return (type(fetches), *((k, _key_of(v)) for k, v in fetches.items()))
    if isinstance(fetches, tuple):
        return (type(fetches), *map(_key_of, fetches))
    return fetches


class Session(BaseSession):
    """A session; `with Session() as session:` makes it and its graph the default ones, and closes
    it at the end."""

    @public
    def __enter__(self):
        self._contexts = contextlib.ExitStack()
        self._contexts.enter_context(self.graph.as_default())
        self._contexts.enter_context(self.as_default())
        return self

    @public
    def __exit__(self, *exc):
        self._contexts.close()
        self.close()


class InteractiveSession(BaseSession):
    """A session that is the default one from its making to its closing."""

    @public
    def __init__(self, target="", graph=None, config=None):
        super().__init__(target, graph, config)
        context.push_graph(self.graph)
        _session_stack().append(self)

    @public
    def close(self):
        super().close()
        if self in _session_stack():
            _session_stack().remove(self)
            context.pop_graph(self.graph)
