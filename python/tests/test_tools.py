"""The generated functions, and the command line."""

import ast
import inspect
import io
import pathlib

import millrace as mr
import pytest
from millrace import __main__, doctor
from millrace._load import native


def test_every_op_has_a_function_with_a_signature_and_a_stub():
    stub = ast.parse(pathlib.Path(mr.raw_ops.__file__).with_suffix(".pyi").read_text())
    stubbed = {node.name for node in stub.body if isinstance(node, ast.FunctionDef)}
    names = [n for n in native.op_names() if not n.startswith("_")]
    assert len(names) > 100
    for name in names:
        function = getattr(mr.raw_ops, name)
        parameters = list(inspect.signature(function).parameters)
        schema = native.op_schema(name)
        assert len(parameters) > len(schema["inputs"]) and parameters[-1] == "name"
        assert function.__doc__.strip()
        assert name in stubbed


def test_raw_ops_take_keywords_and_have_two_names():
    assert mr.raw_ops.AddV2 is mr.raw_ops.add_v2
    assert mr.raw_ops.AddV2(x=1.0, y=2.0).numpy() == 3.0
    found = mr.raw_ops.Unique(x=[5, 5, 7])
    assert found.y.numpy().tolist() == [5, 7] and found.idx.numpy().tolist() == [0, 0, 1]
    with pytest.raises(TypeError):
        mr.raw_ops.AddV2(x=1.0, z=2.0)


def test_doctor():
    stream = io.StringIO()
    code = doctor.run(stream)
    lines = stream.getvalue().splitlines()
    assert any(line.startswith("ok   a step") for line in lines), lines
    assert code in (0, 1)


def test_command_line(capsys, tmp_path):
    assert __main__.main(["ops"]) == 0
    assert "MatMul\tCPU" in capsys.readouterr().out
    assert __main__.main(["ckpt", "ls", str(tmp_path)]) == 1
    assert "no checkpoint" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        __main__.main(["nothing"])
