"""SavedModels with functions that take and give sparse and ragged tensors."""

import millrace as mr
import numpy as np
import pytest


class Model(mr.Module):
    def __init__(self):
        super().__init__()
        self.rows = mr.Variable(np.arange(8, dtype=np.float32).reshape(4, 2))

    @mr.function(input_signature=[mr.RaggedTensorSpec([None, None], mr.int64)])
    def ragged(self, r):
        return {"twice": r * 2, "sums": mr.reduce_sum(r, axis=1)}

    @mr.function(input_signature=[mr.SparseTensorSpec([None, 4], mr.float32)])
    def sparse(self, s):
        return mr.sparse.sparse_dense_matmul(s, self.rows), s.with_values(-s.values)


def test_they_come_back(tmp_path):
    mr.saved_model.save(Model(), str(tmp_path / "model"), options=mr.saved_model.SaveOptions())
    model = mr.saved_model.load(str(tmp_path / "model"))
    found = model.ragged(mr.ragged.constant([[1, 2], [3]], mr.int64))
    assert found["twice"].to_list() == [[2, 4], [6]]
    assert found["sums"].numpy().tolist() == [3, 3]
    product, negative = model.sparse(mr.SparseTensor([[0, 1]], [2.0], [1, 4]))
    assert product.numpy().tolist() == [[4.0, 6.0]]
    assert mr.sparse.to_dense(negative).numpy().tolist() == [[0.0, -2.0, 0.0, 0.0]]
    for wrong in (mr.constant([[1]], mr.int64), mr.ragged.constant([[1.0]])):
        with pytest.raises(TypeError, match="concrete function"):
            model.ragged(wrong)


def test_options():
    assert mr.saved_model.SaveOptions(save_debug_info=True).save_debug_info
    with pytest.raises(TypeError, match="no option 'wrong'"):
        mr.saved_model.LoadOptions(wrong=1)
