"""Loops with changing shapes, their gradients, and lists that they fill.

The values are those of TensorFlow 2.21, or, where it refuses the program (`refused`), of Python."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives([[0, 0, 1, 2], [[0], [0], [0], [0]]])
def shape_invariants():
    @mr.function
    def f(n):
        x = mr.constant([0])
        for i in mr.range(n):
            mr.autograph.experimental.set_loop_options(
                shape_invariants=[(x, mr.TensorShape([None]))]
            )
            x = mr.concat([x, [i]], axis=0)
        return x

    @mr.function
    def g(n):
        x = mr.constant([[0]])
        i = 0
        while i < n:
            mr.autograph.experimental.set_loop_options(
                shape_invariants=[(x, mr.TensorShape([None, None]))]
            )
            x = mr.concat([x, x], axis=0)
            i += 1
        return x

    return f(mr.constant(3)), g(mr.constant(2))


@programs.gives([4, 2], refused=True)
def max_iterations():
    @mr.function
    def f(n):
        i = 0
        while i < n:
            mr.autograph.experimental.set_loop_options(maximum_iterations=4)
            i += 1
        return i

    return f(mr.constant(10)), f(mr.constant(2))


@programs.gives([8.803, 17.76])
def loop_gradient():
    @mr.function
    def f(x, n):
        y = x
        for i in mr.range(n):
            if i % 2 == 0:
                y = y * x
            else:
                y = y + mr.sin(x)
        return y

    x = mr.constant(1.5)
    with mr.GradientTape(persistent=True) as t:
        t.watch(x)
        y = f(x, mr.constant(5))
    return y, t.gradient(y, x)


@programs.gives([81.0, 108.0])
def while_grad_break():
    @mr.function
    def f(x):
        y = x
        while True if x is None else mr.constant(True):
            y = y * x
            if y > 50.0:
                break
        return y

    x = mr.constant(3.0)
    with mr.GradientTape() as t:
        t.watch(x)
        y = f(x)
    return y, t.gradient(y, x)


@programs.gives([[3.0, 0.0, 0.0], [0.0, 12.0, 0.0], [0.0, 0.0, 27.0]])
def jacobian_of_loop():
    @mr.function
    def f(x):
        y = x
        for _ in mr.range(2):
            y = y * x
        return y

    x = mr.constant([1.0, 2.0, 3.0])
    with mr.GradientTape() as t:
        t.watch(x)
        y = f(x)
    return t.jacobian(y, x)


@programs.gives([4, True], refused=True)
def bool_flags():
    @mr.function
    def f(n):
        done = False
        i = 0
        while not done:
            i += 1
            done = i >= n
        return i, done

    return f(mr.constant(4))


@programs.gives([-1.1, 1])
def beam_like():
    @mr.function
    def f(logp):
        best = mr.constant(-1e9)
        idx = mr.constant(-1)
        for i in mr.range(mr.shape(logp)[0]):
            s = mr.constant(0.0)
            for j in mr.range(mr.shape(logp)[1]):
                if logp[i, j] < -5.0:
                    break
                s += logp[i, j]
            if s > best:
                best, idx = s, i
        return best, idx

    return f(mr.constant([[-1.0, -2.0, -3.0], [-0.5, -0.5, -0.1], [-4.0, -9.0, -1.0]]))


@programs.gives(14)
def ragged_rows():
    @mr.function
    def f(r):
        s = mr.constant(0)
        for row in r:
            s += mr.reduce_max(row)
        return s

    return f(mr.ragged.constant([[1, 2], [7], [3, 4, 5]]))


@programs.gives([[0, 2, 4, 6], 4])
def ta_loops():
    @mr.function
    def f(n):
        ta = mr.TensorArray(mr.int32, size=0, dynamic_size=True, clear_after_read=False)
        i = 0
        while i < n:
            if i % 2 == 0:
                ta = ta.write(ta.size(), i)
            i += 1
        return ta.stack(), len(ta.stack())

    return f(mr.constant(7))


@programs.gives(
    [
        [
            [
                [0.0125, 0.02499, 0.03748],
                [-0.07486, 0.01666, 0.1079],
                [-0.2565, -0.025, 0.2089],
                [-0.496, -0.09967, 0.3332],
                [-0.7082, -0.2051, 0.4653],
            ],
            [
                [-0.03748, 0.008333, 0.05411],
                [-0.1732, -0.01667, 0.1407],
                [-0.3891, -0.07486, 0.2557],
                [-0.621, -0.165, 0.3884],
                [-0.7851, -0.2821, 0.5197],
            ],
        ],
        [[-0.7082, -0.2051, 0.4653], [-0.7851, -0.2821, 0.5197]],
    ]
)
def rnn():
    @mr.function
    def f(x, w):
        state = mr.zeros([2, 3])
        outs = mr.TensorArray(mr.float32, size=x.shape[0])
        for t in mr.range(x.shape[0]):
            state = mr.tanh(mr.matmul(x[t], w) + state)
            outs = outs.write(t, state)
        return mr.transpose(outs.stack(), [1, 0, 2]), state

    x = mr.reshape(mr.range(40, dtype=mr.float32), [5, 2, 4]) / 40.0
    w = mr.reshape(mr.range(12, dtype=mr.float32), [4, 3]) / 12.0 - 0.5
    return f(x, w)


@programs.gives(
    [
        1.726,
        [
            [-2.262, -2.054, 3.013],
            [-2.378, -2.166, 3.173],
            [-2.493, -2.278, 3.334],
            [-2.609, -2.39, 3.494],
        ],
    ]
)
def rnn_grad():
    w = mr.Variable(mr.reshape(mr.range(12, dtype=mr.float32), [4, 3]) / 12.0 - 0.5)

    @mr.function
    def f(x):
        with mr.GradientTape() as tape:
            state = mr.zeros([2, 3])
            for row in x:
                state = mr.tanh(mr.matmul(row, w) + state)
                if mr.reduce_sum(state) > 1.0:
                    state = state * 0.5
            loss = mr.reduce_sum(state**2)
        return loss, tape.gradient(loss, w)

    x = mr.reshape(mr.range(40, dtype=mr.float32), [5, 2, 4]) / 40.0
    return f(x)


@programs.gives(
    [
        [
            "1",
            "2",
            "fizz",
            "4",
            "buzz",
            "fizz",
            "7",
            "8",
            "fizz",
            "buzz",
            "11",
            "fizz",
            "13",
            "14",
            "fizzbuzz",
            "16",
        ],
        16,
    ]
)
def fizzbuzz():
    @mr.function
    def fizz(n):
        counter = 0
        out = mr.TensorArray(mr.string, size=0, dynamic_size=True)
        for i in mr.range(1, n + 1):
            if i % 15 == 0:
                s = "fizzbuzz"
            elif i % 5 == 0:
                s = "buzz"
            elif i % 3 == 0:
                s = "fizz"
            else:
                s = mr.strings.as_string(i)
            out = out.write(counter, s)
            counter += 1
        return out.stack(), counter

    return fizz(mr.constant(16))


test_programs = programs.test()
