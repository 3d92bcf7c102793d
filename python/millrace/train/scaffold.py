"""Scaffold: the operations that start a training session."""

from millrace._load import public
from millrace.framework import context
from millrace.framework.graph_keys import (
    GraphKeys,
    global_variables_initializer,
    local_variables_initializer,
    tables_initializer,
)
from millrace.framework.scopes import group
from millrace.train.saver import Saver


class Scaffold:
    """What a session is made ready with; each part is made on finalize() where it is not given."""

    @public
    def __init__(
        self,
        init_op=None,
        init_feed_dict=None,
        init_fn=None,
        ready_op=None,
        ready_for_local_init_op=None,
        local_init_op=None,
        summary_op=None,
        saver=None,
        copy_from_scaffold=None,
        local_init_feed_dict=None,
    ):
        self.init_op, self.init_feed_dict, self._init_fn = init_op, init_feed_dict, init_fn
        self.ready_op, self.local_init_op = ready_op, local_init_op
        self.summary_op, self.saver = summary_op, saver
        self._finished = False

    def init_fn(self, session):
        if self._init_fn is not None:
            self._init_fn(self, session)

    @public
    def finalize(self):
        """Makes what is missing, and closes the graph for changes. RuntimeError if it is closed
        already, and something is missing."""
        graph = context.get_default_graph()
        if self._finished:
            return self
        if self.init_op is None:
            self.init_op = global_variables_initializer()
        if self.ready_op is None:
            variables = graph.get_collection(GraphKeys.GLOBAL_VARIABLES)
            self.ready_op = {v.op.name: v._is_initialized for v in variables}
        if self.local_init_op is None:
            self.local_init_op = group(local_variables_initializer(), tables_initializer())
        if self.summary_op is None:
            self.summary_op = graph.get_collection(GraphKeys.SUMMARIES) or None
        if self.saver is None:
            self.saver = Saver(allow_empty=True)
        self.saver.build()
        graph.finalize()
        self._finished = True
        return self
