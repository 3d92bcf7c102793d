"""compat.v1.GraphDef and graph_util: graphs as messages, and with constants for variables."""

import millrace as mr
import numpy as np
import pytest

tf1 = mr.compat.v1


def trained(session):
    """out = relu(rows[i] @ w), with an op that out does not need."""
    i = tf1.placeholder(mr.int32, [None], name="i")
    w = tf1.get_variable("w", initializer=np.array([[1.0, -2.0], [3.0, 4.0]], np.float32))
    rows = tf1.get_variable("rows", initializer=np.eye(2, dtype=np.float32))
    mr.nn.relu(mr.matmul(mr.gather(rows, i), w), name="out")
    tf1.assign_add(w, w, name="further")
    session.run(tf1.global_variables_initializer())
    return session.graph.as_graph_def()


def test_constants_for_variables(tmp_path):
    with mr.Graph().as_default(), mr.Session() as session:
        graph_def = trained(session)
        want = session.run("out:0", {"i:0": [1, 0]})
        frozen = tf1.graph_util.convert_variables_to_constants(session, graph_def, ["out"])
    assert {"VarHandleOp", "ReadVariableOp", "ResourceGather"}.isdisjoint(
        node.op for node in frozen.node
    )
    path = tf1.train.write_graph(frozen, str(tmp_path / "new"), "frozen.pb", as_text=False)
    read = tf1.GraphDef()
    with open(path, "rb") as file:
        read.ParseFromString(file.read())
    with mr.Graph().as_default(), mr.Session() as session:
        (out,) = mr.import_graph_def(read, name="f", return_elements=["out:0"])
        assert session.run(out, {"f/i:0": [1, 0]}).tolist() == want.tolist()
        assert want.tolist() == [[3.0, 4.0], [1.0, 0.0]]


def test_some_variables_stay():
    with mr.Graph().as_default(), mr.Session() as session:
        convert = tf1.graph_util.convert_variables_to_constants
        graph_def = trained(session)
        one = convert(session, graph_def, ["out"], variable_names_whitelist=["w"])
        other = convert(session, graph_def, ["out"], variable_names_blacklist=["rows"])
    assert one == other
    assert {n.name: n.op for n in one.node if n.name in ("w", "rows")} == {
        "w": "Const",
        "rows": "VarHandleOp",
    }


def test_mistakes():
    with mr.Graph().as_default(), mr.Session() as session:
        graph_def = trained(session)
        with pytest.raises(ValueError, match="no node 'none'"):
            tf1.graph_util.extract_sub_graph(graph_def, ["none"])
        with pytest.raises(TypeError, match="must be a list"):
            tf1.graph_util.extract_sub_graph(graph_def, "out")
        with pytest.raises(ValueError, match="does more with 'w' than read it"):
            tf1.graph_util.convert_variables_to_constants(session, graph_def, ["further"])


def test_parts_of_a_graph():
    with mr.Graph().as_default() as graph:
        a = mr.constant(1.0, name="a")
        with mr.control_dependencies([mr.constant(2.0, name="before")]):
            mr.add(a, a, name="sum")
        mr.constant(3.0, name="alone")
        graph_def = graph.as_graph_def()
    assert [n.name for n in graph_def.node] == ["a", "before", "sum", "alone"]
    part = tf1.graph_util.extract_sub_graph(graph_def, ["sum"])
    assert [(n.name, list(n.input)) for n in part.node] == [
        ("a", []),
        ("before", []),
        ("sum", ["a", "a", "^before"]),
    ]
    copy = tf1.GraphDef()
    copy.CopyFrom(graph_def)
    assert copy.SerializeToString() == tf1.GraphDef.FromString(graph_def).SerializeToString()
    copy.node[3].name = "renamed"
    with mr.Graph().as_default() as graph:
        mr.import_graph_def(copy, name="")
        assert graph.get_operation_by_name("renamed").type == "Const"
