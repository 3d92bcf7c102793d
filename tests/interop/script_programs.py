"""More of programs.py: Python functions among the ops, and datasets of Python's generators."""

import gc

import numpy as np
from outcome import outcome_class


def _list(value):
    if isinstance(value, list):
        return [_list(v) for v in value]
    if isinstance(value, bytes):
        return repr(value)
    if hasattr(value, "numpy"):
        return _list(value.numpy())
    return _list(value.tolist()) if hasattr(value, "tolist") else value


def _kind(value):
    """What a function is given for an input."""
    return [type(value).__name__, str(getattr(value, "dtype", "")).rpartition(".")[2]]


def _raise(error):
    raise error


RESULTS = {
    # name: (what the function gives, what it has promised)
    "same": (lambda x: x, "float32"),
    "double": (lambda x: np.float64(2), "float32"),
    "float": (lambda x: 2.5, "float32"),
    "int": (lambda x: 2, "int64"),
    "int for int32": (lambda x: 2, "int32"),
    "int for float": (lambda x: 2, "float32"),
    "float for int": (lambda x: 2.0, "int32"),
    "numpy's float for int": (lambda x: np.float32(2), "int32"),
    "bool": (lambda x: True, "bool"),
    "text": (lambda x: "h\u00e9", "string"),
    "bytes": (lambda x: b"a\0b\0", "string"),
    "texts": (lambda x: np.array(["a", "bb"]), "string"),
    "objects": (lambda x: np.array([b"a", "bb"], object), "string"),
    "text for float": (lambda x: "a", "float32"),
    "nothing": (lambda x: None, "float32"),
    "two": (lambda x: (x, x), "float32"),
    "two of two": (lambda x: [x, x], ["float32", "float32"]),
    "three of two": (lambda x: (x, x, x), ["float32", "float32"]),
    "one of two": (lambda x: x, ["float32", "float32"]),
    "one of a list": (lambda x: x, ["float32"]),
    "a dictionary": (lambda x: {"a": 1}, "float32"),
    "half": (lambda x: np.float16(2), "float16"),
    "empty": (lambda x: np.zeros([2, 0, 3], np.uint8), "uint8"),
    "columns first": (lambda x: np.asfortranarray(np.ones([2, 3], np.float32)), "float32"),
    "strided": (lambda x: np.arange(6, dtype=np.float32)[::2], "float32"),
    "wrong arguments": (lambda x, y: x, "float32"),
}
ERRORS = [
    ValueError("v"),
    TypeError("t"),
    StopIteration(),
    MemoryError("m"),
    NotImplementedError("n"),
    RuntimeError("r"),
    KeyError("k"),
    ZeroDivisionError("z"),
    UnicodeDecodeError("utf8", b"a", 0, 1, "w"),
]


def py_functions(tf, op, mode):
    """What comes of results and exceptions: of an op, at once or in a function."""
    call = getattr(tf, op)
    stage = tf.function if mode == "staged" else lambda f: f

    def run(function, wanted, inputs=(1.0,)):
        def body():
            return call(function, [tf.constant(x) for x in inputs], wanted)

        try:
            found = stage(body)()
        except Exception:
            return outcome_class(stage(body))
        return [_list(v) for v in found] if isinstance(found, list) else _list(found)

    found = {}
    if op == "py_function" or mode == "staged":  # else the function is just called
        for name, (function, wanted) in RESULTS.items():
            found[name] = run(function, wanted)
        for error in ERRORS:
            found[type(error).__name__] = run(lambda x, e=error: _raise(e), "float32")
    kinds = []
    run(
        lambda *values: kinds.extend(map(_kind, values)) or np.float32(1),
        "float32",
        (1.0, [1, 2], "a", ["a", "b"], True, [[0.5]]),
    )
    found["kinds"] = kinds if op == "py_function" or mode == "staged" else len(kinds)
    found["in place"] = run(
        lambda x: np.add(x, 1, out=x) if isinstance(x, np.ndarray) else x + 1,
        "float32",
        ([1.0, 2.0],),
    )
    found["none"] = run(lambda: np.float32(3), "float32", ())
    found["not callable"] = outcome_class(lambda: tf.py_function(3, [], tf.float32))
    return found


def py_function_gradients(tf):
    """Gradients through py_function, by tapes and in graphs, and how often it is called."""
    calls = []

    def square(x):
        calls.append(0)
        return x * x

    def gradient(function, *inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            result = function(*inputs)
        found = tape.gradient(result, inputs)
        return [None if g is None else _list(g) for g in found]

    x = tf.constant([1.0, 3.0])
    y = tf.constant([2.0, 5.0])
    found = {"at once": gradient(lambda v: tf.py_function(square, [v], tf.float32), x)}
    found["calls at once"] = len(calls)
    calls.clear()
    staged = tf.function(lambda v: tf.py_function(square, [v], tf.float32))
    found["around a function"] = gradient(staged, x)
    found["calls around"] = len(calls)
    calls.clear()

    @tf.function
    def inside(v):
        with tf.GradientTape() as tape:
            tape.watch(v)
            result = tf.py_function(square, [v], tf.float32)
        return tape.gradient(result, v)

    found["inside a function"] = _list(inside(x))
    found["calls inside"] = len(calls)
    product = tf.function(lambda a, b: tf.py_function(lambda a, b: a * b, [a, b], tf.float32))
    found["of two"] = gradient(product, x, y)
    several = tf.function(
        lambda a, b: sum(
            tf.py_function(lambda a, b: [a * b, tf.exp(b)], [a, b], [tf.float32, tf.float32])
        )
    )
    found["of several results"] = gradient(several, x, y)
    found["of numpy_function"] = gradient(
        lambda v: tf.numpy_function(lambda v: v * v, [v], tf.float32), x
    )
    with tf.Graph().as_default(), tf.Session() as sess:
        v = tf.placeholder(tf.float32, [None])
        result = tf.py_function(square, [v], tf.float32)
        calls.clear()
        values = sess.run([result, *tf.gradients(result, v)], {v: [1.0, 4.0]})
        found["in a graph"] = [_list(value) for value in values]
        found["calls in a graph"] = len(calls)
        found["numpy in a graph"] = tf.gradients(tf.py_func(np.sin, [v], tf.float32), v)
    return found


def _built(tf, found):
    """Fills a graph and runs it: (its bytes, the token of its node y)."""
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        x = tf.placeholder(tf.float32, [None])
        made = [
            tf.py_func(np.sin, [x], tf.float32),
            tf.py_func(np.sin, [x], tf.float32, stateful=False, name="named"),
            tf.numpy_function(np.sin, [x], tf.float32),
            tf.numpy_function(np.sin, [x], [tf.float32], stateful=False)[0],
            tf.py_function(np.sin, [x], tf.float32),
        ]
        found["nodes"] = [[t.op.type, t.op.name, str(t.shape)] for t in made]
        found["tokens"] = len({t.op.get_attr("token") for t in made})
        found["values"] = [_list(v) for v in sess.run(made, {x: [0.5, 1.0]})]
        calls = []
        effect = tf.py_func(lambda: calls.append(1), [], [])
        found["effect"] = [type(effect).__name__, sess.run(effect), len(calls)]
        with tf.control_dependencies([effect]):
            after = tf.constant(3.0)
        found["after"] = [_list(sess.run(after)), len(calls)]
        loop = tf.while_loop(
            lambda i, v: i < 3,
            lambda i, v: (i + 1, tf.ensure_shape(tf.py_func(np.square, [v], tf.float32), [])),
            [tf.constant(0), tf.constant(2.0)],
        )
        found["loop"] = _list(sess.run(loop[1]))
        branch = tf.cond(
            tf.reduce_sum(x) > 0,
            lambda: tf.py_func(np.sin, [x], tf.float32),
            lambda: tf.py_func(np.cos, [x], tf.float32),
        )
        found["branches"] = [_list(sess.run(branch, {x: [v]})) for v in (1.0, -1.0)]
        y = tf.py_func(lambda: np.float32(2), [], tf.float32, name="y")
        token = y.op.get_attr("token")
        serialised = graph.as_graph_def()
        serialised = getattr(serialised, "SerializeToString", lambda: serialised)()
        found["imported"] = _list(_run_again(tf, serialised))
    return serialised, token if isinstance(token, bytes) else token.encode()


def _run_again(tf, serialised):
    with tf.Graph().as_default(), tf.Session() as sess:
        parse = tf.GraphDef.FromString if hasattr(tf, "GraphDef") else bytes
        tf.import_graph_def(parse(serialised), name="")
        return sess.run("y:0")


def py_funcs_in_graphs(tf):
    """Nodes of such functions: names, types, shapes; what runs and what cannot."""
    found = {}
    serialised, token = _built(tf, found)
    unknown = serialised.replace(token, b"z" * len(token))
    found["unknown"] = outcome_class(lambda: _run_again(tf, unknown))
    gc.collect()
    found["gone"] = outcome_class(lambda: _run_again(tf, serialised))
    return found


def _elements(dataset):
    return [[_list(v) for v in e] if isinstance(e, tuple) else _list(e) for e in dataset]


def generators(tf):
    """Datasets of generators: structures, types, ends, and when the generators are closed."""
    dataset = tf.data.Dataset
    spec = tf.TensorSpec
    log = []

    def numbers():
        try:
            yield from range(4)
        finally:
            log.append("closed")

    def noted(made):
        found = [_elements(made()), list(log)]
        log.clear()
        return found

    found = {
        "signature": noted(
            lambda: dataset.from_generator(numbers, output_signature=spec([], tf.int32))
        ),
        "types": noted(lambda: dataset.from_generator(numbers, tf.float32)),
        "shapes": noted(lambda: dataset.from_generator(numbers, tf.int64, tf.TensorShape([]))),
        "twice": noted(lambda: dataset.from_generator(numbers, tf.int64).repeat(2)),
        "batches": noted(lambda: dataset.from_generator(numbers, tf.int64).batch(3).prefetch(2)),
        "cached": noted(lambda: dataset.from_generator(numbers, tf.int64).cache().repeat(2)),
    }
    for _ in dataset.from_generator(numbers, tf.int64):
        break
    taken = [_list(v) for v in dataset.from_generator(numbers, tf.int64).take(2)]
    gc.collect()
    found["left early"] = [taken, list(log)]
    log.clear()
    arguments = dataset.from_generator(
        lambda a, b: (a * i + b for i in range(3)),
        output_signature=spec([2], tf.float32),
        args=(tf.constant([1.0, 2.0]), 3.0),
    )
    found["arguments"] = _elements(arguments)
    nested = dataset.from_generator(
        lambda: iter([(1, {"a": [1.0, 2.0], "b": "x"}), (2, {"a": [3.0], "b": b"y\0"})]),
        output_signature=(
            spec([], tf.int32),
            {"a": spec([None], tf.float32), "b": spec([], tf.string)},
        ),
    )
    found["structure"] = [[_list(n), _list(d["a"]), _list(d["b"])] for n, d in nested]
    older = dataset.from_generator(
        lambda: iter([(1.0, {"a": 2})]), (tf.float32, {"a": tf.int32}), ([], {"a": []})
    )
    found["older structure"] = [[_list(n), _list(d["a"])] for n, d in older]
    found["of a dataset"] = _elements(
        dataset.from_generator(lambda: (x * 2 for x in dataset.range(3)), tf.int64)
    )
    found["of datasets"] = _elements(
        dataset.range(3).flat_map(
            lambda n: dataset.from_generator(lambda a: iter(range(a)), tf.int64, args=(n,))
        )
    )
    found["reduced"] = _list(
        dataset.from_generator(numbers, tf.int64, []).reduce(np.int64(0), lambda a, b: a + b)
    )
    return found


YIELDED = {
    # name: (what is yielded, shape and dtype promised)
    "shape": ([1, 2, 3], ([2], "int32")),
    "type": ("a", ([], "int32")),
    "cut off": (2.5, ([], "int32")),
    "structure": ((1, 2), ([], "int32")),
    "no structure": (1, [([], "int32"), ([], "int32")]),
    "too long": ((1, 2, 3), [([], "int32"), ([], "int32")]),
    "list": ([1, 2], [([], "int32"), ([], "int32")]),
    "nothing": (None, ([], "int32")),
    "texts": (np.array(["a", "b"]), ([2], "string")),
    "bool": (1, ([], "bool")),
    "ragged": ([[1], [2, 3]], (None, "int32")),
}


def generator_mistakes(tf):
    """Elements that do not fit, exceptions, arguments that cannot be right."""
    dataset = tf.data.Dataset

    def spec(promised):
        if isinstance(promised, list):
            return tuple(spec(p) for p in promised)
        return tf.TensorSpec(promised[0], tf.as_dtype(promised[1]))

    found = {}
    for name, (value, promised) in YIELDED.items():
        made = dataset.from_generator(lambda v=value: iter([v]), output_signature=spec(promised))
        outcome = outcome_class(lambda d=made: list(d))
        found[name] = _elements(made) if outcome == "fine" else outcome

    def raising(error):
        yield 1
        raise error

    for error in ERRORS:
        made = iter(dataset.from_generator(lambda e=error: raising(e), tf.int64))
        found[type(error).__name__] = [
            _list(next(made)),
            outcome_class(lambda i=made: next(i)),
            next(made, "the end"),
        ]
    found["fails at once"] = outcome_class(
        lambda: list(dataset.from_generator(lambda: 1 / 0, tf.int64))
    )
    found["not iterable"] = outcome_class(lambda: list(dataset.from_generator(lambda: 3, tf.int64)))
    found["not callable"] = outcome_class(lambda: dataset.from_generator([1], tf.int64))
    found["no types"] = outcome_class(lambda: dataset.from_generator(lambda: []))
    found["both"] = outcome_class(
        lambda: dataset.from_generator(
            lambda: [], tf.int64, output_signature=tf.TensorSpec([], tf.int64)
        )
    )
    return found


def mapped_by_python(tf):
    """Datasets whose functions call Python."""
    dataset = tf.data.Dataset

    def fail_at_two(v):
        if v == 2:
            raise ValueError("two")
        return v

    def mapped(function, **kwargs):
        return dataset.range(4).map(lambda x: tf.numpy_function(function, [x], tf.int64), **kwargs)

    found = {
        "tensors": _elements(
            dataset.range(4).map(lambda x: tf.py_function(lambda v: v * 10, [x], tf.int64))
        ),
        "arrays": _elements(mapped(lambda v: v + 1, num_parallel_calls=2).batch(3).prefetch(1)),
        "fails": outcome_class(lambda: list(mapped(fail_at_two))),
        "filtered": _elements(
            dataset.range(6).filter(
                lambda x: tf.ensure_shape(tf.numpy_function(lambda v: v % 2 == 0, [x], tf.bool), [])
            )
        ),
    }
    with tf.Graph().as_default(), tf.Session() as sess:
        made = dataset.from_generator(lambda: iter(range(4)), tf.int32, []).batch(2)
        iterator = tf.data.make_initializable_iterator(made)
        element = iterator.get_next()
        found["in a graph"] = []
        for _ in range(2):
            sess.run(iterator.initializer)
            values = [_list(sess.run(element)), _list(sess.run(element))]
            found["in a graph"].append([values, outcome_class(lambda: sess.run(element))])
    return found
