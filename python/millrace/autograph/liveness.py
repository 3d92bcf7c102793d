"""Which variables are still needed after a statement.

Only those need a value after both branches of an `if`, and are carried from one turn of a loop to
the next.
"""

import ast

from millrace.autograph import scopes


class Liveness:
    """Goes backward over the statements of one function, which have no break, continue nor early
    return (see jumps.py), and gives each `if` and each loop an attribute `live`: the names needed
    after it, or by the next turn."""

    def __init__(self, at_exit):
        self._always = set(at_exit)  # needed after whatever statement, as exceptions may come

    def block(self, statements, live):
        """The names needed before the statements, where `live` are needed after them."""
        for statement in reversed(statements):
            live = self._before(statement, live | self._always)
        return live | self._always

    def _before(self, s, live):
        if isinstance(s, ast.If):
            s.live = live
            return self.block(s.body, live) | self.block(s.orelse, live) | scopes.reads([s.test])
        if isinstance(s, ast.While):
            return self._loop(s, live, scopes.reads([s.test]), set())
        if isinstance(s, ast.For):
            more = scopes.reads([s.more]) if s.more is not None else set()
            before = self._loop(s, live, more, scopes.bound([s.target]))
            return before | scopes.reads([s.iter])
        if isinstance(s, scopes.TRIES):
            return self._try(s, live)
        if isinstance(s, ast.With):
            return self.block(s.body, live) | scopes.reads(s.items)
        if isinstance(s, ast.Match):
            for case in s.cases:
                live = live | self.block(case.body, live) | scopes.reads([case.pattern])
                live |= scopes.reads([case.guard]) if case.guard is not None else set()
            return live | scopes.reads([s.subject])
        if isinstance(s, (ast.Return, ast.Raise)):
            return self._always | scopes.reads([s])
        return (live - _surely_bound(s)) | scopes.reads([s])

    def _loop(self, s, live, test, target):
        head = live | test
        while True:
            before = head | (self.block(s.body, head) - target)
            if before == head:
                break
            head = before
        s.live = head
        return head

    def _try(self, s, live):
        after = self.block(s.finalbody, live)
        caught = set(after)
        for handler in s.handlers:
            caught |= self.block(handler.body, after)
            caught |= scopes.reads([handler.type]) if handler.type is not None else set()
        before = self._always
        self._always = before | caught
        try:
            return self.block(s.body, self.block(s.orelse, after)) | caught
        finally:
            self._always = before


def _surely_bound(s):
    if isinstance(s, (ast.FunctionDef, ast.ClassDef)):
        return {s.name}
    if isinstance(s, (ast.Import, ast.ImportFrom)):
        return scopes.bound([s])
    if isinstance(s, ast.Assign):
        targets = s.targets
    elif isinstance(s, ast.AnnAssign) and s.value is not None:
        targets = [s.target]
    elif isinstance(s, ast.Delete):
        targets = s.targets
    else:
        return set()
    return scopes.bound(targets)
