"""Brings weights to few values, so that compression.py can store them as short indices."""

import numpy as np

_ROUNDS = 100


def cluster(values, count):
    """An array of the same shape and type with at most `count` different values: k-means, begun at
    the quantiles. What has no more already stays as it is."""
    distinct, which, weights = np.unique(values, return_inverse=True, return_counts=True)
    if len(distinct) <= count or not np.isfinite(distinct).all():
        return values
    points = distinct.astype(np.float64)
    at = (np.cumsum(weights) - weights / 2) / weights.sum()
    centres = np.unique(np.interp((np.arange(count) + 0.5) / count, at, points))
    for _ in range(_ROUNDS):
        # Points are sorted, so each centre's lie between the middles.
        nearest = np.searchsorted((centres[1:] + centres[:-1]) / 2, points)
        sums = np.bincount(nearest, weights * points, len(centres))
        sizes = np.bincount(nearest, weights, len(centres))
        moved = np.sort(np.where(sizes > 0, sums / np.maximum(sizes, 1), centres))
        if np.array_equal(moved, centres):
            break
        centres = moved
    nearest = np.searchsorted((centres[1:] + centres[:-1]) / 2, points)
    if np.issubdtype(values.dtype, np.integer):
        centres = np.rint(centres)
    return centres[nearest].astype(values.dtype)[which].reshape(values.shape)
