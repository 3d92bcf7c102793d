"""What is said of usual mistakes: the user's own line first, no frames of ours, names and shapes,
and what to do."""

import pathlib
import re
import traceback

import millrace as mr
import numpy as np
import pytest

v1 = mr.compat.v1
SHAPE = "InvalidArgumentError"


def a_matrix_of_another_size(folder):
    x = v1.placeholder(mr.float32, [None, 3], name="x")
    mr.matmul(x, np.zeros((4, 5), np.float32), name="y")  # here


def a_layer_on_the_wrong_channels(folder):
    x = v1.placeholder(mr.float32, [None, 28, 28, 1], name="x")
    v1.nn.conv2d(x, np.zeros((3, 3, 3, 8), np.float32), 1, "SAME", name="conv")  # here


def sizes_that_only_the_step_knows(folder):
    x = v1.placeholder(mr.float32, [None, None], name="x")
    y = mr.matmul(x, np.zeros((4, 5), np.float32), name="y")  # here
    with mr.Session() as session:
        session.run(y, {x: np.zeros((2, 3), np.float32)})


def a_feed_of_another_dtype(folder):
    x = v1.placeholder(mr.int32, [2], name="x")
    with mr.Session() as session:
        session.run(x + 1, {x: np.float32([0.5, 1])})


def a_feed_of_another_shape(folder):
    x = v1.placeholder(mr.float32, [None, 784], name="x")
    with mr.Session() as session:
        session.run(x + 1, {x: np.zeros((32, 28, 28), np.float32)})


def no_feed(folder):
    x = v1.placeholder(mr.float32, [2], name="x")  # here
    with mr.Session() as session:
        session.run(x * 2.0)


def a_feed_by_a_name_that_is_not_there(folder):
    images = v1.placeholder(mr.float32, [2], name="images")
    with mr.Session() as session:
        session.run(images, {"image:0": [1, 2]})


def a_feed_of_an_operation(folder):
    x = v1.placeholder(mr.float32, [2], name="x")
    with mr.Session() as session:
        session.run(x, {"x": [1, 2]})


def a_feed_of_another_graph(folder):
    with mr.Graph().as_default():
        other = v1.placeholder(mr.float32, [2], name="other")
    x = v1.placeholder(mr.float32, [2], name="x")
    with mr.Session() as session:
        session.run(x, {other: [1, 2]})


def a_fetch_of_another_graph(folder):
    with mr.Graph().as_default():
        other = mr.constant(1.0, name="other")
    mr.constant(1.0)
    with mr.Session() as session:
        session.run(other)


def tensors_of_two_graphs(folder):
    with mr.Graph().as_default():
        a = mr.constant(1.0, name="a")
    a + mr.constant(2.0)


def a_fetch_of_a_number(folder):
    mr.constant(1.0)
    with mr.Session() as session:
        session.run(3.0)


def a_variable_without_a_value(folder):
    v = mr.Variable(1.0, name="v")
    y = v * 2.0  # here
    with mr.Session() as session:
        session.run(y)


def save(value, folder):
    with mr.Graph().as_default(), mr.Session() as session:
        v = mr.Variable(value, name="v")
        session.run(v.initializer)
        return mr.train.Saver([v]).save(session, str(folder / "model"))


def a_checkpoint_without_the_variable(folder):
    path = save(1.0, folder)
    mr.Variable(1.0, name="w")
    with mr.Session() as session:
        mr.train.Saver().restore(session, path)


def a_checkpoint_with_another_shape(folder):
    path = save([1.0, 2.0], folder)
    mr.Variable([1.0, 2.0, 3.0], name="v")
    with mr.Session() as session:
        mr.train.Saver().restore(session, path)


def a_checkpoint_that_is_not_there(folder):
    mr.Variable(1.0)
    with mr.Session() as session:
        mr.train.Saver().restore(session, str(folder / "model"))


def a_loss_of_no_variable(folder):
    mr.Variable(1.0, name="v")
    mr.train.GradientDescentOptimizer(0.1).minimize(mr.constant(3.0, name="loss"))


def class_numbers_where_a_number_for_each_class_is_wanted(folder):
    logits = v1.placeholder(mr.float32, [None, 10])
    labels = v1.placeholder(mr.float32, [None])
    mr.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)


def a_number_for_each_class_where_class_numbers_are_wanted(folder):
    logits = v1.placeholder(mr.float32, [None, 10])
    labels = v1.placeholder(mr.int32, [None, 10])
    mr.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)


def a_label_too_large(folder):
    logits = mr.constant(np.zeros((2, 3), np.float32))
    loss = mr.nn.sparse_softmax_cross_entropy_with_logits([1, 3], logits, name="loss")  # here
    with mr.Session() as session:
        session.run(loss)


def a_closed_session(folder):
    x = mr.constant(1.0)
    with mr.Session() as session:
        pass
    session.run(x)


def two_dtypes(folder):
    mr.constant(1, name="a") + mr.constant(2.0, name="b")


def a_python_branch(folder):
    x = v1.placeholder(mr.float32, [], name="x")
    if x > 1.0:
        raise AssertionError


def a_device_that_is_not_there(folder):
    with mr.device("/job:ps/task:0"):
        x = mr.constant(1.0, name="x")  # here
    with mr.Session() as session:
        session.run(x)


def the_same_variable_twice(folder):
    v1.get_variable("w", [2])
    v1.get_variable("w", [2])


def a_finished_graph(folder):
    mr.get_default_graph().finalize()
    mr.constant(1.0)


def indices_too_large(folder):
    table = mr.constant(np.zeros((5, 2), np.float32))
    rows = mr.gather(table, [1, 7], name="rows")  # here
    with mr.Session() as session:
        session.run(rows)


CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
GOLDEN = {
    a_matrix_of_another_size: (
        SHAPE,
        "train.py:N: node 'y' (op: MatMul, defined at train.py:N): Dimensions must be equal, but "
        "are 3 and 4; input shapes: [?,3], [4,5]",
    ),
    a_layer_on_the_wrong_channels: (
        SHAPE,
        "train.py:N: node 'conv' (op: Conv2D, defined at train.py:N): Input 'filter': has depth 3, "
        "which does not divide the input's depth 1; input shapes: [?,28,28,1], [3,3,3,8]",
    ),
    sizes_that_only_the_step_knows: (
        SHAPE,
        "train.py:N: Matrix size-incompatible: In[0]: [2,3], In[1]: [4,5] [node 'y' (op: MatMul, "
        f"defined at train.py:N) on {CPU}]",
    ),
    a_feed_of_another_dtype: (
        "TypeError",
        "Cannot feed Tensor 'x:0' of dtype int32 and shape [2]: expected int32, got an array of "
        "float32; numpy's astype() converts it",
    ),
    a_feed_of_another_shape: (
        SHAPE,
        "Cannot feed value of shape [32,28,28] for Tensor 'x:0', which has shape [?,784]",
    ),
    no_feed: (
        SHAPE,
        "train.py:N: You must feed a value for placeholder tensor 'x' with dtype float and shape "
        f"[2] [node 'x' (op: Placeholder, defined at train.py:N) on {CPU}]",
    ),
    a_feed_by_a_name_that_is_not_there: (
        "TypeError",
        "cannot be fed: 'image:0': the graph has no operation named 'image'; there are 'images'",
    ),
    a_feed_of_an_operation: (
        "TypeError",
        "cannot be fed: 'x': <mr.Operation 'x' type=Placeholder> is an operation, not one of its "
        "tensors: 'x:0'",
    ),
    a_feed_of_another_graph: (
        "TypeError",
        "cannot be fed: <mr.Tensor 'other:0' shape=(2,) dtype=float32> is not an element of this "
        "graph: it was made in another graph, at train.py:N. Build a model within one "
        "`with graph.as_default():`, and give that graph to its session",
    ),
    a_fetch_of_another_graph: (
        "ValueError",
        "cannot be fetched: <mr.Tensor 'other:0' shape=() dtype=float32> is not an element of this "
        "graph: it was made in another graph, at train.py:N. Build a model within one "
        "`with graph.as_default():`, and give that graph to its session",
    ),
    tensors_of_two_graphs: (
        "ValueError",
        "<mr.Tensor 'a:0' shape=() dtype=float32> is not an element of this graph: it was made in "
        "another graph, at train.py:N. Build a model within one `with graph.as_default():`, and "
        "give that graph to its session",
    ),
    a_fetch_of_a_number: (
        "TypeError",
        "3.0 cannot be fetched: it must be a tensor, operation, variable, name, or a structure of "
        "them",
    ),
    a_variable_without_a_value: (
        "FailedPreconditionError",
        "train.py:N: Attempting to use uninitialized value v: run its initializer, "
        "global_variables_initializer() for example, or restore a checkpoint first (variable in "
        f"container 'localhost' of {CPU}) [node 'ReadVariableOp' (op: ReadVariableOp, defined at "
        f"train.py:N) on {CPU}]",
    ),
    a_checkpoint_without_the_variable: (
        "NotFoundError",
        "train.py:N: Key w not found in checkpoint FOLDER/model, which holds: v [node "
        f"'save/RestoreV2' (op: RestoreV2, defined at train.py:N) on {CPU}]: the checkpoint "
        "FOLDER/model is of another graph; Saver(var_list) restores a part of the variables, or "
        "under other names",
    ),
    a_checkpoint_with_another_shape: (
        "ValueError",
        "variable 'v' has shape (3,), in the checkpoint FOLDER/model it has (2,)",
    ),
    a_checkpoint_that_is_not_there: (
        "ValueError",
        "there is no checkpoint FOLDER/model (no file FOLDER/model.index)",
    ),
    a_loss_of_no_variable: (
        "ValueError",
        "the loss <mr.Tensor 'loss:0' shape=() dtype=float32> does not depend on any of the "
        "variables ['v:0'] in a way that has a gradient: is there a constant, a cast to integers, "
        "argmax() or stop_gradient() in between?",
    ),
    class_numbers_where_a_number_for_each_class_is_wanted: (
        "ValueError",
        "labels have shape (None,), logits (None, 10): labels must have a number for each class; "
        "the numbers of the right classes go to sparse_softmax_cross_entropy_with_logits",
    ),
    a_number_for_each_class_where_class_numbers_are_wanted: (
        "ValueError",
        "labels have shape (None, 10), logits (None, 10): labels must be the number of one class "
        "for each example; a number for each class goes to softmax_cross_entropy_with_logits",
    ),
    a_label_too_large: (
        SHAPE,
        "train.py:N: Received a label value of 3 which is outside the valid range of [0, 3).  "
        "Label values: <int32[2]: 1 3> [node 'loss' (op: SparseSoftmaxCrossEntropyWithLogits, "
        f"defined at train.py:N) on {CPU}]",
    ),
    a_closed_session: (
        "RuntimeError",
        "Attempted to use a closed Session. close(), or the end of its `with` block, closed it: "
        "make another",
    ),
    two_dtypes: (
        "TypeError",
        "input 'y' of AddV2 must be int32, as its other inputs, got float32: <mr.Tensor 'b:0' "
        "shape=() dtype=float32>; cast() gives it another dtype",
    ),
    a_python_branch: (
        "OperatorNotAllowedInGraphError",
        "bool() asks for the value of <mr.Tensor 'Greater:0' shape=() dtype=bool>, which exists "
        "only when a step runs: fetch it with session.run, or use cond() and while_loop() for what "
        "depends on it",
    ),
    a_device_that_is_not_there: (
        SHAPE,
        "train.py:N: Cannot assign a device for operation x: node 'x' (op: Const, defined at "
        "train.py:N) was asked to be on /job:ps/task:0, but no device matching that specification "
        "is registered. Make sure that the specification refers to a valid device; available "
        f"devices are [ {CPU} ]",
    ),
    the_same_variable_twice: (
        "ValueError",
        "variable w exists already (made at train.py:N); set reuse=True or reuse=AUTO_REUSE in its "
        "variable_scope",
    ),
    a_finished_graph: (
        "RuntimeError",
        "the graph is finalized and cannot be changed: make operations before graph.finalize(), or "
        "before the monitored session that does it",
    ),
    indices_too_large: (
        SHAPE,
        "train.py:N: indices[1] = 7 is not in [0, 5) [node 'rows' (op: GatherV2, defined at "
        f"train.py:N) on {CPU}]",
    ),
}


@pytest.mark.parametrize("mistake", GOLDEN, ids=lambda m: m.__name__)
def test_message(mistake, tmp_path):
    with mr.Graph().as_default(), pytest.raises(Exception) as info:
        mistake(tmp_path)
    error, text = info.value, str(info.value)
    here = re.match(re.escape(__file__) + r":(\d+): ", text)
    if here:  # the first line named is the one to look at
        source = pathlib.Path(__file__).read_text().splitlines()
        line = source[int(here[1]) - 1]
        assert line.endswith("# here") or "restore(" in line or "Saver(" in line, line
    text = re.sub(re.escape(__file__) + r":\d+", "train.py:N", text)
    text = text.replace(str(tmp_path), "FOLDER")
    assert (type(error).__name__, text) == GOLDEN[mistake]
    files = {frame.filename for frame in traceback.extract_tb(error.__traceback__)}
    assert files == {__file__}
