"""Building graphs: names, scopes, devices, what is refused."""

import millrace as mr
import pytest
from millrace.compat import v1


def test_names_are_unique_and_scoped():
    with mr.Graph().as_default() as graph:
        a = mr.constant(1.0, name="a")
        b = mr.constant(2.0, name="a")
        with mr.name_scope("s") as scope:
            c = mr.add(a, b, name="sum")
            with mr.name_scope("t"):
                d = mr.identity(c, name="d")
        with mr.name_scope("s"):
            e = mr.identity(c, name="e")
        with mr.name_scope(scope):
            f = mr.identity(c, name="f")
    assert [t.op.name for t in (a, b, c, d, e, f)] == ["a", "a_1", "s/sum", "s/t/d", "s_1/e", "s/f"]
    assert c.name == "s/sum:0"
    assert graph.get_tensor_by_name("s/sum:0") is c
    assert graph.get_operation_by_name("s/t/d").inputs == [c]
    assert graph.as_graph_element("s/sum") is c.op
    assert [op.name for op in graph.get_operations()] == [
        "a",
        "a_1",
        "s/sum",
        "s/t/d",
        "s_1/e",
        "s/f",
    ]


def test_unknown_names_are_refused():
    with mr.Graph().as_default() as graph:
        mr.constant(1.0, name="a")
    for name in ("b:0", "a:1"):
        with pytest.raises(KeyError):
            graph.get_tensor_by_name(name)
    with pytest.raises(ValueError):
        graph.get_tensor_by_name("a")
    with pytest.raises(KeyError):
        graph.get_operation_by_name("b")
    with graph.as_default(), pytest.raises(ValueError):
        mr.constant(1.0, name="no spaces")


def test_shapes_and_dtypes_are_inferred():
    with mr.Graph().as_default():
        x = v1.placeholder(mr.float32, [None, 3])
        w = mr.zeros([3, 4])
        y = mr.matmul(x, w)
        assert y.shape == [None, 4] and y.dtype == mr.float32
        assert mr.reduce_sum(y, 0).shape == [4]
        assert mr.transpose(y).shape == [4, None]
        assert v1.placeholder(mr.int32).shape.rank is None
        assert mr.shape(w).dtype == mr.int32
        y.set_shape([5, None])
        assert y.shape == [5, 4]
        with pytest.raises(ValueError):
            y.set_shape([6, 4])


def test_devices_merge_from_the_outside_in():
    with mr.Graph().as_default() as graph:
        with mr.device("/job:ps/task:1"):
            a = mr.constant(1.0)
            with mr.device("/cpu:0"):
                b = mr.constant(1.0)
            with mr.device(None):
                c = mr.constant(1.0)
            with mr.device("/task:2"):
                d = mr.constant(1.0)
        with graph.device(lambda op: "/job:worker" if op.type == "Const" else ""):
            e = mr.constant(1.0)
            f = mr.identity(e)
        with graph.colocate_with(b):
            g = mr.identity(e)
    assert a.device == "/job:ps/task:1"
    assert b.device == "/job:ps/task:1/device:CPU:0"
    assert c.device == ""
    assert d.device == "/job:ps/task:2"
    assert (e.device, f.device) == ("/job:worker", "")
    assert g.device == b.device
    assert g.op.get_attr("_class") == [b"loc:@" + b.op.name.encode()]
    with graph.as_default(), pytest.raises(ValueError, match="nonsense"), mr.device("/nonsense:3"):
        pass


def test_control_dependencies():
    with mr.Graph().as_default():
        a, b = mr.constant(1.0), mr.constant(2.0)
        with mr.control_dependencies([a]):
            with mr.control_dependencies([b.op]):
                c = mr.no_op()
            with mr.control_dependencies(None):
                d = mr.no_op()
        e = mr.group(a, c)
    assert set(c.control_inputs) == {a.op, b.op}
    assert d.control_inputs == []
    assert set(e.control_inputs) == {a.op, c}


def test_an_error_names_the_users_line_first():
    with mr.Graph().as_default():
        x = v1.placeholder(mr.float32, [2, 3])
        y = v1.placeholder(mr.float32, [4, 5])
        with pytest.raises(mr.errors.InvalidArgumentError) as info:
            mr.matmul(x, y, name="product")
    text = str(info.value)
    assert text.startswith(__file__)
    assert "product" in text and "MatMul" in text
    assert "3" in text and "4" in text
    files = [entry.path for entry in info.traceback]
    assert all(str(f) == __file__ for f in files), files


def test_wrong_arguments_are_python_errors_without_inner_frames():
    with mr.Graph().as_default():
        x = mr.constant([1.0, 2.0])
        for wrong in (lambda: x + "a", lambda: mr.matmul(None, x), lambda: mr.concat(["a", x], 0)):
            with pytest.raises((TypeError, ValueError)) as info:
                wrong()
            assert all(str(entry.path) == __file__ for entry in info.traceback)
        with pytest.raises(TypeError, match="float32"):
            mr.raw_ops.AddV2(x=x, y=mr.constant(1, mr.int32))
        with pytest.raises(TypeError):
            bool(x)
        with pytest.raises(TypeError):
            x[1.5]


def test_tensors_of_another_graph_are_refused():
    with mr.Graph().as_default():
        a = mr.constant(1.0)
    with mr.Graph().as_default():
        b = mr.constant(1.0)
        with pytest.raises(ValueError, match="another graph"):
            a + b


def test_a_finalized_graph_does_not_change():
    with mr.Graph().as_default() as graph:
        mr.constant(1.0)
        graph.finalize()
        with pytest.raises(RuntimeError, match="finalized"):
            mr.constant(2.0)


def test_graph_def_there_and_back():
    with mr.Graph().as_default() as graph:
        x = v1.placeholder(mr.float32, [], name="x")
        mr.multiply(x, 3.0, name="y")
        data = graph.as_graph_def()
    with mr.Graph().as_default(), mr.Session() as session:
        z = mr.constant(5.0)
        (y,) = mr.import_graph_def(data, {"x:0": z}, ["y:0"], name="copy")
        assert y.name == "copy/y:0"
        assert session.run(y) == 15.0
        (op,) = mr.import_graph_def(data, return_elements=["y"])
        assert op.name == "import/y"


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x0a\x05hello", b"\x0a\x02\x0a\x00"])
def test_damaged_graph_defs_are_refused(data):
    with mr.Graph().as_default() as graph:
        before = graph.version
        with pytest.raises((mr.errors.InvalidArgumentError, mr.errors.NotFoundError)):
            mr.import_graph_def(data)
        assert graph.version == before
        assert graph.get_operations() == []


def test_collections_and_variables():
    with mr.Graph().as_default() as graph:
        v = mr.Variable(1.0, name="v")
        w = mr.Variable(1.0, trainable=False, name="w")
        assert mr.global_variables() == [v, w]
        assert mr.trainable_variables() == [v]
        graph.add_to_collection("k", 1)
        assert graph.get_collection("k") == [1] and graph.get_collection("none") == []


def test_indexing_builds_one_strided_slice():
    with mr.Graph().as_default():
        x = mr.zeros([4, 5, 6])
        assert x[0].shape == [5, 6]
        assert x[1:3, ..., -1].shape == [2, 5]
        assert x[:, None, ::2].shape == [4, 1, 3, 6]
        assert x[..., mr.constant(2)].shape == [4, 5]
