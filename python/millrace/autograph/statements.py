"""Rewrites `if`, `while`, `for` and `assert` into calls of the functions of runtime.py.

The blocks become functions that share their variables with the function around by `nonlocal`:

    if c:                        def then_():
        x = f(x)                     nonlocal x
                          ->         x = ag__.call(f)(x)
                                 def else_(): nonlocal x
                                 ag__.if_(c, then_, else_, ('x',), (), ())

The names are those of the variables that are needed afterwards; that are not, but that functions
defined there have captured; and of the others that the blocks change.
"""

import ast

from millrace.autograph import jumps, scopes
from millrace.autograph.expressions import Expressions, arguments, at, load, runtime, thunk
from millrace.autograph.liveness import Liveness

_DIRECTIVE = "set_loop_options"


class _Scope:
    """What is known of the function that is being rewritten."""

    def __init__(self, body):
        self.globals = scopes.declared(body, ast.Global)
        self.nonlocals = scopes.declared(body, ast.Nonlocal)
        self.captured = scopes.captured(body)
        self.locals = scopes.bound(body) - self.globals - self.nonlocals
        self.has_blocks = False


class Statements(Expressions):
    """The rewriter of a function and of the functions nested in it."""

    def __init__(self, fresh):
        super().__init__(fresh)
        self._scope = None

    def function_body(self, node):
        """The new body of a function definition."""
        doc = node.body[:1] if ast.get_docstring(node, clean=False) is not None else []
        body = jumps.remove(node.body[len(doc) :] or [at(ast.Pass(), node)], self.fresh)
        around, self._scope = self._scope, _Scope(body)
        Liveness(self._scope.globals | self._scope.nonlocals).block(body, set())
        named = [*node.args.posonlyargs, *node.args.args]
        self.first_parameters.append(named[0].arg if named else None)
        made = self._block(body)
        self.first_parameters.pop()
        if self._scope.has_blocks and self._scope.locals:
            made = [at(_binding(sorted(self._scope.locals)), body[0]), *made]
        self._scope = around
        return doc + made

    def _block(self, statements):
        made = []
        for s in statements:
            new = self.visit(s)
            made += new if isinstance(new, list) else [] if new is None else [new]
        return made

    def visit_FunctionDef(self, node):
        node.decorator_list = [self.visit(d) for d in node.decorator_list]
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        node.args.kw_defaults = [d and self.visit(d) for d in node.args.kw_defaults]
        if not (is_generator(node) or any(_says_no(d) for d in node.decorator_list)):
            node.body = self.function_body(node)
        return node

    def visit_AnnAssign(self, node):
        """Without the annotation: blocks share variables by nonlocal, which takes none."""
        if not isinstance(node.target, ast.Name):
            return self.generic_visit(node)
        if node.value is None:
            return at(ast.Pass(), node)
        return at(ast.Assign([node.target], self.visit(node.value)), node)

    def visit_Assert(self, node):
        self.generic_visit(node)
        message = [] if node.msg is None else [thunk(node.msg)]
        return at(ast.Expr(runtime("assert_", node.test, *message)), node)

    def visit_If(self, node):
        names = self._names(node.live, [*node.body, *node.orelse])
        then, otherwise = self.fresh("then_"), self.fresh("else_")
        test = self.visit(node.test)
        return [
            self._function(then, node.body, names, node),
            self._function(otherwise, node.orelse, names, node),
            at(self._call("if_", [test, load(then), load(otherwise)], names), node.test),
        ]

    def visit_While(self, node):
        options = self._options(node)
        names = self._names(node.live, [node.test, *node.body])
        test, body = self.fresh("test_"), self.fresh("body_")
        holds = at(ast.Return(self.visit(node.test)), node.test)
        return [
            self._function(test, None, names, node.test, made=[holds]),
            self._function(body, node.body, names, node),
            at(self._call("while_", [load(test), load(body)], names, options), node.test),
        ]

    def visit_For(self, node):
        options = self._options(node)
        item, body = self.fresh("item_"), self.fresh("body_")
        names = self._names(node.live, [node.target, *node.body])
        take = at(ast.Assign([node.target], load(item)), node.target)
        made = [take, *self._block(node.body)]
        more = ast.Constant(None) if node.more is None else thunk(self.visit(node.more))
        over = self.visit(node.iter)
        return [
            self._function(body, None, names, node, [item], made),
            at(self._call("for_", [over, load(body), more], names, options), node.iter),
        ]

    def _options(self, node):
        """Takes set_loop_options(...) out of the body of a loop; returns its arguments."""
        kept, options = [], []
        for s in node.body:
            call = s.value if isinstance(s, ast.Expr) else None
            if isinstance(call, ast.Call) and _name_of(call.func) == _DIRECTIVE:
                options += [ast.keyword(k.arg, _named_shapes(k)) for k in call.keywords]
            else:
                kept.append(s)
        node.body = kept
        return options

    def _names(self, live, statements):
        """Names that the statements bind: all, those handed on, those that may be, those not."""
        self._scope.has_blocks = True
        changed = scopes.bound(statements)
        slots = [ast.Constant(n) for n in sorted(changed & live)]
        slots += [_member(t, n) for t, n in sorted(scopes.members(statements, changed).items())]
        soft = [ast.Constant(n) for n in sorted((changed & self._scope.captured) - live)]
        dead = [ast.Constant(n) for n in sorted(changed - self._scope.captured - live)]
        return sorted(changed), slots, soft, dead

    def _call(self, function, args, names, options=()):
        call = runtime(function, *args, *(ast.Tuple(n, ast.Load()) for n in names[1:]))
        call.keywords = [ast.keyword(k.arg, self.visit(k.value)) for k in options]
        return ast.Expr(call)

    def _function(self, name, statements, names, place, parameters=(), made=None):
        """The definition of a function made of a block."""
        head = []
        for kind, known in ((ast.Global, True), (ast.Nonlocal, False)):
            of_kind = [n for n in names[0] if (n in self._scope.globals) is known]
            head += [kind(of_kind)] if of_kind else []
        made = self._block(statements) if made is None else made
        body = [*head, *made] or [ast.Pass()]
        if head and not made:
            body.append(ast.Pass())
        return at(ast.FunctionDef(name, arguments(*parameters), body, []), place)


def _binding(names):
    """Statements that only tell the compiler that these are variables of the function."""
    targets = [ast.Name(n, ast.Store()) for n in names]
    return ast.If(ast.Constant(False), [ast.Assign(targets, ast.Constant(None))], [])


def _member(text, node):
    """The expression of a slot for an attribute or an item."""
    owner = thunk(node.value)
    if isinstance(node, ast.Attribute):
        return runtime("Attribute", ast.Constant(text), owner, ast.Constant(node.attr))
    return runtime("Item", ast.Constant(text), owner, thunk(node.slice))


def _named_shapes(keyword):
    """shape_invariants=[(x, shape)] with the name of x in the place of its value."""
    pairs = keyword.value
    if keyword.arg == "shape_invariants" and isinstance(pairs, (ast.List, ast.Tuple)):
        for pair in pairs.elts:
            if isinstance(pair, ast.Tuple) and pair.elts:
                pair.elts[0] = ast.copy_location(
                    ast.Constant(ast.unparse(pair.elts[0])), pair.elts[0]
                )
    return pairs


def _name_of(function):
    return getattr(function, "attr", getattr(function, "id", None))


def _says_no(decorator):
    names = {_name_of(n) for n in ast.walk(decorator)}
    return "do_not_convert" in names


def is_generator(node):
    return any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in scopes.walk(node.body))
