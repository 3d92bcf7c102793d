"""Matrices with a few diagonals, roots and logarithms. The values are those of TensorFlow 2.21."""

import millrace as mr
import numpy as np
import pytest

linalg = mr.linalg
COMPACT = np.array([[2, 1, 3, 0], [4, 5, 6, 7], [0, 1, 2, 1]], np.float32)
MATRIX = np.array([[4, 2, 0, 0], [1, 5, 1, 0], [0, 2, 6, 3], [0, 0, 1, 7]], np.float32)
SEQUENCES = [
    ([2.0, 1, 3], [4.0, 5, 6, 7], [1.0, 2, 1]),
    ([2.0, 1, 3, 9], [4.0, 5, 6, 7], [9.0, 1, 2, 1]),
]
FORMS = [
    (COMPACT, "compact"),
    (MATRIX, "matrix"),
    (SEQUENCES[0], "sequence"),
    (SEQUENCES[1], "sequence"),
]
RHS = np.array([[1, 2], [3, 4], [5, 6], [7, 8]], np.float32)


def close(found, expected, tolerance=1e-5):
    np.testing.assert_allclose(found.numpy(), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("diagonals", "form"), FORMS)
def test_solve(diagonals, form):
    vector = linalg.tridiagonal_solve(diagonals, [1.0, 2, 3, 4], form)
    close(vector, [0.06656347, 0.3668731, 0.09907123, 0.5572755])
    solved = [
        [-0.03869969, 0.1331269],
        [0.5773994, 0.7337461],
        [0.1517028, 0.1981425],
        [0.9783282, 1.114551],
    ]
    close(linalg.tridiagonal_solve(diagonals, RHS, form), solved)
    close(linalg.tridiagonal_solve(diagonals, RHS.T, form, transpose_rhs=True), solved)
    close(linalg.tridiagonal_solve(diagonals, RHS, form, partial_pivoting=False), solved)


def test_solve_conjugates():
    found = linalg.tridiagonal_solve(COMPACT.astype(np.complex64), RHS * 1j, conjugate_rhs=True)
    close(found, linalg.tridiagonal_solve(COMPACT, RHS).numpy() * -1j)
    found = linalg.tridiagonal_solve(
        COMPACT.astype(np.complex64), RHS.T * 1j, transpose_rhs=True, conjugate_rhs=True
    )
    close(found, linalg.tridiagonal_solve(COMPACT, RHS).numpy() * -1j)


@pytest.mark.parametrize(("diagonals", "form"), FORMS)
def test_matmul(diagonals, form):
    close(linalg.tridiagonal_matmul(diagonals, RHS, form), [[10, 16], [21, 28], [57, 68], [54, 62]])


def test_mistakes():
    with pytest.raises(ValueError, match="diagonals_format"):
        linalg.tridiagonal_solve(COMPACT, RHS, "dense")
    with pytest.raises(ValueError, match="beside one of 4 elements"):
        linalg.tridiagonal_matmul(([1.0], [1.0, 2, 3, 4], [1.0]), RHS, "sequence")
    with pytest.raises(ValueError, match="a range that rises"):
        linalg.eigh_tridiagonal([1.0, 2], [1.0], select="i", select_range=[1, 0])
    with pytest.raises(ValueError, match="select must be"):
        linalg.eigh_tridiagonal([1.0, 2], [1.0], select="x")


def test_eigenvalues():
    alpha, beta = [1.0, 2, 3], [0.5, -1]
    expected = [0.7078874, 1.64714, 3.644972]
    close(linalg.eigh_tridiagonal(alpha, beta), expected)
    some = linalg.eigh_tridiagonal(alpha, beta, select="i", select_range=[0, 1])
    close(some, expected[:2])
    some = linalg.eigh_tridiagonal(alpha, beta, select="v", select_range=[1.0, 2.5])
    close(some, expected[1:2])
    values, vectors = linalg.eigh_tridiagonal(alpha, beta, eigvals_only=False)
    close(values, expected)
    matrix = np.diag(alpha) + np.diag(beta, 1) + np.diag(beta, -1)
    close(mr.matmul(matrix.astype(np.float32), vectors), vectors.numpy() * values.numpy())
    complex_ones = linalg.eigh_tridiagonal(np.array(alpha, np.complex64), np.array([0.5j, -1.0j]))
    assert complex_ones.dtype is mr.float32
    close(complex_ones, expected)


def test_banded():
    lower = [[2.0, 3, 4], [0, 1, 5]]
    close(linalg.banded_triangular_solve(lower, [[1.0], [2], [3]]), [[0.5], [0.5], [0.125]])
    expected = [[0.7916666], [-0.5833333], [0.75]]
    adjoint = linalg.banded_triangular_solve(lower, [[1.0], [2], [3]], adjoint=True)
    close(adjoint, expected)
    upper = [[1.0, 5, 0], [2.0, 3, 4]]
    close(linalg.banded_triangular_solve(upper, [[1.0], [2], [3]], lower=False), expected)


def test_roots_and_logarithms():
    a = np.array([[4.0, 1], [2, 3]], np.float32)
    close(linalg.sqrtm(a), [[1.962116, 0.2739514], [0.5479028, 1.688165]])
    log = linalg.logm(a.astype(np.complex64))
    close(log, [[1.304008, 0.30543], [0.61086, 0.998577]])
    close(linalg.expm(log), a, 1e-4)
