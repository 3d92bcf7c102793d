"""What a GradientTape has recorded of a graph: gradients go through nothing else."""


class GraphRecord:
    """The operations that a graph got while a tape was recording, and what the tape watches."""

    def __init__(self, graph):
        self._graph = graph
        self.reset()

    def reset(self):
        """Forgets everything."""
        self._spans = []  # [first operation's id, the id after the last one's, None if open]
        self._watched = {}  # key -> tensor; it is kept, so that its id is not taken by another
        self._known = None  # ((targets, number of spans), what ends() found)

    def start(self):
        self._spans.append([self._next_id(), None])

    def stop(self):
        if self._spans:
            self._spans[-1][1] = self._next_id()

    def _next_id(self):
        ids = self._graph._c.node_ids()
        return ids[-1] + 1 if ids else 0

    def watch(self, tensor):
        self._watched[self._key(tensor)] = tensor

    def _key(self, tensor):
        here = getattr(tensor, "graph", None) is self._graph
        return ("here", tensor._key) if here else ("outside", id(tensor))

    def reaches(self, tensor):
        """False if gradients for a tensor are None: it is not watched, nor made by what was
        recorded."""
        if self._key(tensor) in self._watched:
            return True
        return getattr(tensor, "graph", None) is self._graph and self._has(tensor.op)

    def _has(self, op):
        return any(first <= op._id and (end is None or op._id < end) for first, end in self._spans)

    def ends(self, targets):
        """The tensors on the way back from the targets that were made while nothing was recorded:
        they count as constants."""
        asked = tuple(t._key for t in targets), len(self._spans)
        if self._known is not None and self._known[0] == asked:
            return self._known[1]
        found, seen, pending = [], set(), list(targets)
        while pending:
            tensor = pending.pop()
            if tensor._key in seen or tensor.op.type == "Placeholder":
                continue
            seen.add(tensor._key)
            if self._has(tensor.op):
                pending.extend(tensor.op.inputs)
            else:
                found.append(tensor)
        self._known = asked, found
        return found
