"""Variables that begin with what checkpoints hold."""

import threading
import time

import millrace as mr
import numpy as np
import pytest

v1 = mr.compat.v1


@pytest.fixture
def prefix(tmp_path):
    with mr.Graph().as_default(), v1.Session() as session:
        v1.get_variable("a/w", initializer=np.arange(6, dtype=np.float32).reshape(3, 2))
        v1.get_variable("a/b", initializer=[7.0, 8.0])
        v1.get_variable("step", initializer=3)
        session.run(v1.global_variables_initializer())
        return v1.train.Saver().save(session, str(tmp_path / "model.ckpt"))


def started(make, assignment_map, source):
    with mr.Graph().as_default(), v1.Session() as session:
        made = make()
        v1.train.init_from_checkpoint(source, assignment_map)
        session.run(v1.global_variables_initializer())
        return [session.run(v).tolist() for v in made]


def two():
    with v1.variable_scope("new"):
        return v1.get_variable("w", [3, 2]), v1.get_variable("b", initializer=[0.0, 0.0])


def test_a_scope(prefix, tmp_path):
    expected = [[[0, 1], [2, 3], [4, 5]], [7, 8]]
    assert started(two, {"a/": "new/"}, prefix) == expected
    assert started(two, [("a/", "new/")], str(tmp_path)) == expected
    assert started(lambda: [v1.get_variable("step", initializer=0)], {"/": "/"}, prefix) == [3]


def test_single_variables(prefix):
    assert started(two, {"a/b": "new/b"}, prefix)[1] == [7, 8]
    with mr.Graph().as_default(), v1.Session() as session:
        w, b = two()
        v1.train.init_from_checkpoint(prefix, {"a/w": w})
        session.run(v1.global_variables_initializer())
        assert session.run(w).tolist() == [[0, 1], [2, 3], [4, 5]]
        assert session.run(b).tolist() == [0, 0]
        assert session.run(w.initial_value).tolist() == [[0, 1], [2, 3], [4, 5]]


def test_parts_of_a_variable(prefix):
    with mr.Graph().as_default(), v1.Session() as session:
        two_parts = v1.fixed_size_partitioner(2)
        parts = v1.get_variable("p", [3, 2], partitioner=two_parts)
        v1.train.init_from_checkpoint(prefix, {"a/w": "p"})
        session.run(v1.global_variables_initializer())
        assert session.run(mr.convert_to_tensor(parts)).tolist() == [[0, 1], [2, 3], [4, 5]]
        found = [session.run(p).tolist() for p in parts]
        assert found == [[[0, 1], [2, 3]], [[4, 5]]]


@pytest.mark.parametrize(
    ("assignment_map", "text"),
    [
        ({"none": "new/b"}, "no tensor 'none'"),
        ({"a/b": "none"}, "no variable 'none'"),
        ({"a/w": "new/b"}, "has shape"),
        ({"a/": "none/"}, "no variables in 'none/'"),
        ({"b/": "new/"}, "no tensor 'b/b'"),
        ({"a/": "new/b"}, "is for a scope"),
    ],
)
def test_mistakes(prefix, assignment_map, text):
    with pytest.raises(ValueError, match=text):
        started(two, assignment_map, prefix)


def test_checkpoints_as_they_come(tmp_path):
    folder = str(tmp_path)
    with mr.Graph().as_default(), v1.Session() as session:
        v1.get_variable("v", initializer=1.0)
        session.run(v1.global_variables_initializer())
        saver = v1.train.Saver()
        first = saver.save(session, folder + "/c", 1)
        found = mr.train.checkpoints_iterator(folder, timeout=0)
        assert list(found) == [first]
        waiting = mr.train.checkpoints_iterator(folder, timeout=60)
        assert next(waiting) == first
        came = []
        thread = threading.Thread(target=lambda: came.append(next(waiting)))
        thread.start()
        second = saver.save(session, folder + "/c", 2)
        thread.join()
        assert came == [second]
    asked = []

    def twice():
        asked.append(time.monotonic())
        return len(asked) == 2

    assert list(mr.train.checkpoints_iterator(folder + "/none", timeout=0, timeout_fn=twice)) == []
    assert len(asked) == 2
