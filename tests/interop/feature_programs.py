"""Programs for programs_test.py: crosses of features, SparseTensors as strings, compressed
records."""

import gzip
import os
import tempfile
import zlib

import numpy as np
from outcome import outcome_class


def _plain(value):
    """Arrays of a fetched value as lists, strings as text."""
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    listed = np.asarray(value).tolist()
    return [_text(v) for v in listed] if isinstance(listed, list) else _text(listed)


def _text(value):
    if isinstance(value, list):
        return [_text(v) for v in value]
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _parts(tf, value):
    if isinstance(value, tf.RaggedTensor):
        return [value.values, value.row_splits]
    return [value.indices, value.values, value.dense_shape]


def crosses(tf):
    """Choices of one feature from each column, as text and hashed."""
    with tf.Graph().as_default(), tf.Session() as sess:
        words = tf.SparseTensor([[0, 0], [0, 1], [2, 0]], ["a", "bb", "a long word"], [3, 2])
        numbers = tf.constant([[1, -2], [300, 4], [5, 6]])
        rows = tf.RaggedTensor.from_row_splits(["x", "", "zz"], [0, 1, 1, 3])
        columns = [words, numbers]
        made = {
            "text": tf.sparse.cross(columns),
            "separated": tf.sparse.cross([numbers, words], separator="/"),
            "hashed": tf.sparse.cross_hashed(columns),
            "in buckets": tf.sparse.cross_hashed(columns, 100, hash_key=77),
            "ragged": tf.ragged.cross([rows, numbers, words]),
            "ragged, hashed": tf.ragged.cross_hashed([words, rows], num_buckets=1000),
        }
        return {
            **{name: _plain(sess.run(_parts(tf, value))) for name, value in made.items()},
            "wrong": [
                outcome_class(lambda: tf.sparse.cross(words)),
                outcome_class(lambda: tf.sparse.cross([rows])),
                outcome_class(lambda: sess.run(tf.sparse.cross([words, numbers[:2]]))),
            ],
        }


def serialized_sparse(tf):
    """SparseTensors as strings, and the other way round; products of matrices with zeros."""
    with tf.Graph().as_default(), tf.Session() as sess:
        sparse = tf.SparseTensor([[0, 1], [2, 0], [2, 3]], ["p", "", "rr"], [3, 4])
        one = tf.serialize_sparse(sparse)
        many = tf.io.serialize_many_sparse(sparse)
        back = tf.deserialize_many_sparse(many, tf.string, rank=2)
        pair = tf.io.deserialize_many_sparse(tf.stack([one, one]), tf.string)
        matrix = np.float32([[0, 2, 0], [1, 0, -3]])
        product = tf.sparse_matmul(matrix, matrix, transpose_b=True, a_is_sparse=True)
        wrong = tf.deserialize_many_sparse(many, tf.float32)
        return {
            "fetched": _plain([sess.run(x) for x in (one, many, product)]),
            "back": _plain(list(sess.run(back))),
            "pair": _plain(list(sess.run(pair))),
            "shapes": [back.indices.shape.as_list(), many.shape.as_list()],
            "wrong": outcome_class(lambda: sess.run(wrong)),
        }


def _drain(tf, dataset):
    element = tf.data.make_one_shot_iterator(dataset).get_next()
    found = []
    with tf.Session() as sess:
        while True:
            try:
                found.append(_text(sess.run(element)))
            except tf.errors.OutOfRangeError:
                return found


def _of_kind(tf, folder, kind, pack):
    records, lines, blocks = (os.path.join(folder, kind + n) for n in "abc")
    options = tf.io.TFRecordOptions(compression_type=kind)
    with tf.io.TFRecordWriter(records, options) as writer:
        for i in range(4):
            writer.write(b"record %d" % i * (1 + 50 * i))
    with open(lines, "wb") as file:
        file.write(pack(b"one\ntwo\r\n\nthe last"))
    with open(blocks, "wb") as file:
        file.write(pack(b"HEAD" + bytes(range(65, 80)) + b"FEET!"))
    data = tf.data
    with tf.Graph().as_default():
        return [
            _drain(tf, data.TFRecordDataset([records, records], kind)),
            _drain(tf, data.TextLineDataset(lines, kind)),
            _drain(tf, data.FixedLengthRecordDataset(blocks, 5, 4, 5, None, kind)),
            outcome_class(lambda: _drain(tf, data.TFRecordDataset(lines, kind))),
            outcome_class(lambda: _drain(tf, data.TFRecordDataset(folder + "/no", kind))),
            outcome_class(lambda: _drain(tf, data.TextLineDataset(lines, "LZ4"))),
        ]


def compressed_files(tf):
    """Datasets over files that are compressed as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        packers = {"GZIP": gzip.compress, "ZLIB": zlib.compress}
        return {kind: _of_kind(tf, folder, kind, pack) for kind, pack in packers.items()}
