"""Branches and loops as functional ops: If, Case and While over functions."""

from millrace import dtypes
from millrace._load import public
from millrace.framework import context, nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.func_graph import new_name, trace
from millrace.tensor_shape import TensorShape


def _call(op, attrs, args, outer, traced, name):
    """Adds a functional op to the outer graph; returns its output tensors."""
    made = outer._add(op, args, attrs, name)
    for tensor, inner in zip(made.outputs, traced):
        if inner is not None:
            tensor.set_shape(inner)
    return made.outputs


def _branches(functions, outer, name, results=None):
    """The traced branches, made to take the same captures, and the outer tensors for these."""
    traced = [
        trace(f, lambda graph: (), f"{name}_branch{i}", outer) for i, f in enumerate(functions)
    ]
    if results is not None:
        for t, values in zip(traced, results([t.graph for t in traced])):
            t.give(values)
    captured = {}
    for t in traced:
        for tensor, _ in t.graph.captures:
            captured.setdefault(id(tensor), tensor)
    captured = list(captured.values())
    for t in traced:
        t.graph.ensure_captures(captured)
    return traced, captured


def _check_same_results(traced, name):
    first = traced[0]
    for i, other in enumerate(traced[1:], 1):
        if len(other.outputs) != len(first.outputs):
            raise ValueError(
                f"{name}: branch 0 returns {len(first.outputs)} tensors and branch {i} "
                f"{len(other.outputs)}"
            )
        for a, b in zip(first.outputs, other.outputs):
            if a.dtype is not b.dtype:
                raise TypeError(
                    f"{name}: branch 0 returns {a.dtype.name} where branch {i} returns "
                    f"{b.dtype.name}"
                )


def _common_shapes(traced):
    shapes = []
    for tensors in zip(*(t.outputs for t in traced)):
        known = [t.shape for t in tensors]
        if any(s.rank != known[0].rank for s in known) or known[0].rank is None:
            shapes.append(TensorShape(None))
        else:
            shapes.append(TensorShape([d[0] if len(set(d)) == 1 else None for d in zip(*known)]))
    return shapes


def _functional_branch(op, selector, functions, attr_of, outer, name, results=None):
    traced, captured = _branches(functions, outer, name, results)
    _check_same_results(traced, name)
    names = []
    for i, t in enumerate(traced):
        names.append(new_name(f"{name}_branch{i}"))
        t.add_to(outer._c, names[-1])
    shapes = _common_shapes(traced)
    attrs = {
        "Tin": [t.dtype for t in captured],
        "Tout": [t.dtype for t in traced[0].outputs],
        "output_shapes": shapes,
        **attr_of(names),
    }
    outputs = _call(op, attrs, [selector, *captured], outer, shapes, name)
    return traced[0].pack([apply_op("Identity", (t,)) for t in outputs])


@public
def cond(pred, true_fn=None, false_fn=None, name=None):
    """true_fn() if pred, a bool scalar, holds, else false_fn(). Only the branch taken runs.

    Both functions take nothing and return the same structure of tensors of the same dtypes.
    """
    if not callable(true_fn) or not callable(false_fn):
        raise TypeError("cond: true_fn and false_fn must be functions")
    outer = context.building_graph()
    if isinstance(pred, bool):
        return true_fn() if pred else false_fn()
    if outer is None:
        return true_fn() if bool(convert_to_tensor(pred)) else false_fn()
    return if_op(pred, [true_fn, false_fn], name or "cond")


def if_op(pred, functions, name, results=None):
    """cond() in a graph. With `results` the two functions give nothing: results(their graphs) then
    says, when both are known, what values they give, as two lists of the same dtypes."""
    return _functional_branch(
        "If",
        convert_to_tensor(pred),
        functions,
        lambda n: {"then_branch": n[0], "else_branch": n[1]},
        context.building_graph(),
        name,
        results,
    )


@public
def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """branch_fns[branch_index](); the default (the last branch, if there is none) for an index
    outside."""
    functions = (
        [f for _, f in sorted(branch_fns.items())]
        if isinstance(branch_fns, dict)
        else list(branch_fns)
    )
    functions = [f[1] if isinstance(f, tuple) else f for f in functions]
    if default is not None:
        functions.append(default)
    outer = context.building_graph()
    if outer is None:
        index = int(convert_to_tensor(branch_index, dtypes.int32))
        return functions[index if 0 <= index < len(functions) else -1]()
    index = convert_to_tensor(branch_index, dtypes.int32)
    return _functional_branch("Case", index, functions, lambda n: {"branches": n}, outer, name)


@public
def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """The function of the first (pred, function) pair whose pred holds; `default` if none does."""
    pairs = list(pred_fn_pairs.items()) if isinstance(pred_fn_pairs, dict) else list(pred_fn_pairs)
    if not pairs:
        if default is None:
            raise ValueError("case: no pairs and no default")
        return default()
    (pred, function), rest = pairs[0], pairs[1:]
    if not rest and default is None:
        return function()
    return cond(pred, function, lambda: case(rest, default, name=name), name=name)


@public
def while_loop(
    cond,
    body,
    loop_vars,
    shape_invariants=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    maximum_iterations=None,
    name=None,
):
    """loop_vars = body(*loop_vars) while cond(*loop_vars) holds. Returns the last loop_vars.

    Args:
      cond: gives a bool scalar.
      body: gives new values, of the same structure and dtypes.
      loop_vars: a structure of tensors, the start values.
      shape_invariants: shapes that hold in all iterations, where those of the start values do not.
      maximum_iterations: an upper bound.
    """
    single = not isinstance(loop_vars, (list, tuple))
    plain_tuple = isinstance(loop_vars, tuple) and not nest.is_namedtuple(loop_vars)
    loop_vars = [loop_vars] if single else list(loop_vars)
    outer = context.building_graph()
    if outer is None:
        found = _python_loop(cond, body, loop_vars, maximum_iterations)
        return found[0] if single else tuple(found) if plain_tuple else found
    start = [convert_to_tensor(v) for v in nest.flatten(loop_vars)]
    shapes = [t.shape for t in start]
    if shape_invariants is not None:
        shapes = [TensorShape(s) for s in _flat_shapes(shape_invariants)]
    limit = (
        None if maximum_iterations is None else convert_to_tensor(maximum_iterations, dtypes.int32)
    )
    counted = ([convert_to_tensor(0, dtypes.int32)] if limit is not None else []) + start
    results = _functional_loop(
        cond, body, loop_vars, counted, shapes, limit, outer, parallel_iterations, name or "while"
    )
    packed = nest.pack_like(loop_vars, results[1 if limit is not None else 0 :])
    return packed[0] if single else tuple(packed) if plain_tuple else packed


def _flat_shapes(shapes):
    if isinstance(shapes, TensorShape):
        return [shapes]
    return [
        s
        for item in shapes
        for s in (_flat_shapes(item) if isinstance(item, (list, tuple)) else [item])
    ]


def _python_loop(cond, body, loop_vars, maximum_iterations):
    iterations = 0
    while bool(convert_to_tensor(cond(*loop_vars))):
        if maximum_iterations is not None and iterations >= int(maximum_iterations):
            break
        result = body(*loop_vars)
        loop_vars = list(result) if isinstance(result, (list, tuple)) else [result]
        iterations += 1
    return loop_vars


def _functional_loop(cond, body, structure, start, shapes, limit, outer, parallel_iterations, name):
    offset = len(start) - len(shapes)  # 1 if iterations are counted
    specs = [t.shape for t in start[:offset]] + shapes

    def args(graph):
        for i, (tensor, shape) in enumerate(zip(start, specs)):
            placeholder = graph.placeholder(tensor, f"arg{i}") if shape == tensor.shape else None
            if placeholder is None:
                from millrace.framework.tensor import TensorSpec

                placeholder = graph.placeholder(TensorSpec(shape, tensor.dtype), f"arg{i}")
            graph.inputs.append(placeholder)
        return graph.inputs[:offset], nest.pack_like(structure, graph.inputs[offset:])

    def test(count, values):
        holds = cond(*values)
        return apply_op("LogicalAnd", (count[0] < limit, holds)) if count else holds

    def step(count, values):
        result = body(*values)
        result = list(result) if isinstance(result, (list, tuple)) else [result]
        flat = nest.flatten(result)
        if len(flat) != len(shapes):
            raise ValueError(f"{name}: body returns {len(flat)} values for {len(shapes)} loop_vars")
        flat = [convert_to_tensor(v, t.dtype) for v, t in zip(flat, start[offset:])]
        return [c + 1 for c in count] + flat

    traced_test = trace(test, args, f"{name}_cond", outer)
    traced_body = trace(step, args, f"{name}_body", outer)
    for tensor, shape in zip(traced_body.outputs, specs):
        if not shape.is_compatible_with(tensor.shape):
            raise ValueError(
                f"{name}: a loop variable of shape {shape} becomes {tensor.shape}; "
                "give shape_invariants"
            )
    captured = {id(t): t for traced in (traced_test, traced_body) for t, _ in traced.graph.captures}
    captured = list(captured.values())
    for traced in (traced_test, traced_body):
        traced.graph.ensure_captures(captured)
    # Captures go round unchanged, and are seen to: gradients know them to be invariant.
    traced_body.outputs.extend(inner for _, inner in traced_body.graph.captures)
    names = [new_name(f"{name}_cond"), new_name(f"{name}_body")]
    traced_test.add_to(outer._c, names[0])
    traced_body.add_to(outer._c, names[1])
    all_shapes = specs + [t.shape for t in captured]
    attrs = {
        "T": [t.dtype for t in (*start, *captured)],
        "cond": names[0],
        "body": names[1],
        "output_shapes": all_shapes,
        "parallel_iterations": parallel_iterations,
    }
    outputs = _call("While", attrs, [*start, *captured], outer, all_shapes, name)
    return [apply_op("Identity", (t,)) for t in outputs[: len(start)]]
