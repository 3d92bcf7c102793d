"""What is done with files of images and records: run by TensorFlow and by us."""

import os
import tempfile

import numpy as np
from outcome import outcome_class


def image_files(tf):
    y, x, k = np.mgrid[0:9, 0:7, 0:3]
    image = (20 * y + 9 * x + 30 * k).astype(np.uint8)
    with tf.Graph().as_default(), tf.Session() as sess:
        png, jpeg = tf.io.encode_png(image), tf.io.encode_jpeg(image, quality=90)
        grey = tf.image.encode_png(image[..., :1].astype(np.uint16) * 257)
        made = [
            tf.io.decode_png(png),
            tf.io.decode_png(grey, channels=3),
            tf.io.decode_png(grey, dtype=tf.uint16),
            tf.io.decode_jpeg(jpeg),
            tf.io.decode_jpeg(jpeg, channels=1, ratio=2),
            tf.io.decode_jpeg(jpeg, dct_method="INTEGER_ACCURATE"),
            tf.io.decode_and_crop_jpeg(jpeg, [2, 1, 4, 3]),
            tf.io.decode_image(jpeg, dtype=tf.float32, expand_animations=False),
            tf.image.decode_image(png, channels=1),
            tf.io.decode_gif(png),
            tf.io.extract_jpeg_shape(jpeg),
            tf.io.is_jpeg(jpeg),
            tf.io.is_jpeg(png),
        ]
        shapes = [t.shape.as_list() if t.shape.rank is not None else None for t in made]
        return [[v.dtype.name, v.tolist()] for v in sess.run(made)], shapes


def stored_tensors(tf):
    with tf.Graph().as_default(), tf.Session() as sess, tempfile.TemporaryDirectory() as folder:
        whole = tf.io.serialize_tensor(np.float32([[1, 2], [3, 4]]))
        writes = [tf.io.write_file(f"{folder}/{name}", whole) for name in ("b.t", "a.t", "c.u")]
        sess.run(writes)
        names = sess.run(tf.io.matching_files(f"{folder}/*.t"))
        back = tf.io.parse_tensor(tf.io.read_file(names[0]), tf.float32)
        return [n.decode().rsplit("/", 1)[1] for n in names.tolist()], sess.run(back).tolist()


def _read_by(tf, make, files, folder, up_to=None, epochs=1):
    """What a reader makes of files: its nodes, records, counts and state."""
    with tf.Graph().as_default(), tf.Session() as sess:
        queue = tf.train.string_input_producer(files, num_epochs=epochs, shuffle=False)
        reader = make()
        read = reader.read(queue) if up_to is None else reader.read_up_to(queue, up_to)
        counts = [reader.num_records_produced(), reader.num_work_units_completed()]
        nodes = [reader.reader_ref.op, read[0].op]
        found = [[n.type, n.name] for n in nodes] + [str(t.shape) for t in read]
        found.append(reader.supports_serialize)
        sess.run(tf.local_variables_initializer())
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coordinator)
        for _ in range(3 if epochs is None else 20):
            try:
                record = [np.asarray(v, object).reshape(-1).tolist() for v in sess.run(read)]
            except tf.errors.OutOfRangeError:
                found.append("the end")
                break
            found.append([[v.decode().replace(folder, "") for v in values] for values in record])
        found.append([int(n) for n in sess.run(counts)])
        found.append(outcome_class(lambda: sess.run(reader.serialize_state())))
        if reader.supports_serialize:
            sess.run(reader.restore_state(sess.run(reader.serialize_state())))
            found.append([int(n) for n in sess.run(counts)])
        sess.run(reader.reset())
        found.append([int(n) for n in sess.run(counts)])
        coordinator.request_stop()
        coordinator.join(threads)
    return found


def readers(tf):
    """TensorFlow 1's readers over queues of file names."""
    with tempfile.TemporaryDirectory() as folder:
        a, b, records, fixed = (os.path.join(folder, name) for name in "abrf")
        for path, content in ((a, "h\none\ntwo\n"), (b, "h\nthree"), (fixed, "HHaabbccF")):
            with open(path, "w") as file:
                file.write(content)
        with tf.python_io.TFRecordWriter(records) as writer:
            for i in range(3):
                writer.write(b"record %d" % i)
        calls = {
            "lines": (tf.TextLineReader, [a, b]),
            "without headers": (lambda: tf.TextLineReader(1, name="named"), [a, b]),
            "several": (tf.TextLineReader, [a, b], folder, 2),
            "whole": (tf.WholeFileReader, [a, b]),
            "for ever": (tf.WholeFileReader, [a, b], folder, None, None),
            "records": (tf.TFRecordReader, [records]),
            "fixed": (lambda: tf.FixedLengthRecordReader(2, 2, 1), [fixed]),
            "overlapping": (lambda: tf.FixedLengthRecordReader(2, 2, 1, hop_bytes=1), [fixed]),
            "names": (tf.IdentityReader, [a, b]),
        }
        found = {
            name: _read_by(tf, make, files, *(rest or [folder]))
            for name, (make, files, *rest) in calls.items()
        }
        found["missing"] = outcome_class(
            lambda: _read_by(tf, tf.TextLineReader, [os.path.join(folder, "none")], folder)
        )
        found["at once"] = outcome_class(tf.TextLineReader)
        with tf.Graph().as_default(), tf.Session() as sess:
            names = tf.train.match_filenames_once(os.path.join(folder, "[ab]"))
            names = tf.identity(names)
            queue = tf.train.string_input_producer(names, num_epochs=2, shuffle=False)
            _, line = tf.TextLineReader(skip_header_lines=1).read(queue)
            batch = tf.train.batch([line], 4, allow_smaller_final_batch=True)
            sess.run(tf.local_variables_initializer())
            coordinator = tf.train.Coordinator()
            threads = tf.train.start_queue_runners(sess, coordinator)
            found["batches"] = []
            try:
                while not coordinator.should_stop():
                    found["batches"].append([v.decode() for v in sess.run(batch).tolist()])
            except tf.errors.OutOfRangeError:
                pass
            finally:
                coordinator.request_stop()
            coordinator.join(threads)
    return found


def sounds(tf):
    """Audio summaries of graphs: tags, numbers and the files."""
    values = np.linspace(-1.2, 1.2, 24).astype(np.float32)
    calls = [
        (values.reshape(2, 12), 8000.4, {}),
        (values.reshape(4, 3, 2), 8000.0, {"max_outputs": 1}),
        (values.reshape(4, 3, 2), 44100, {"max_outputs": 2, "family": "family"}),
        (np.float32([[np.nan, np.inf, -np.inf, 1, 0.5]]), 16000.0, {}),
        (np.zeros([0, 3], np.float32), 8000.0, {}),
        (np.zeros([1, 0], np.float32), 8000.0, {}),
    ]
    found = []
    with tf.Graph().as_default(), tf.Session() as sess:
        for sound, rate, options in calls:
            made = tf.summary.audio("a", sound, rate, **options)
            summary = tf.Summary.FromString(sess.run(made))
            found.append([made.op.type, made.op.name, str(made.shape)])
            for value in summary.value:
                audio = value.audio
                numbers = [audio.sample_rate, audio.num_channels, audio.length_frames]
                file = audio.encoded_audio_string.hex()
                found.append([value.tag, numbers, audio.content_type, file])
        merged = tf.Summary.FromString(sess.run(tf.summary.merge_all()))
        found.append(len(merged.value))
        for shape, rate in (([3], 1.0), ([1, 3, 0], 1.0), ([1, 3], 0.0), ([1, 3], [1.0, 2.0])):
            wrong = tf.summary.audio("wrong", np.zeros(shape, np.float32), rate)
            found.append(outcome_class(lambda t=wrong: sess.run(t)))
    return found


def joined_batches(tf):
    """Batches of several sources and by several threads: nodes, shapes, and all that came."""

    def numbers(start, count):
        return tf.train.range_input_producer(count, 2, shuffle=False).dequeue() + start

    def pair():
        return [[numbers(0, 3)], [numbers(10, 3)]]

    train = tf.train
    calls = {
        "join": lambda: train.batch_join(pair(), 2),
        "of two": lambda: train.batch_join(
            [[numbers(0, 3), numbers(5, 3)], [numbers(10, 3), numbers(15, 3)]],
            4,
            allow_smaller_final_batch=True,
        ),
        "dictionaries": lambda: train.batch_join([{"a": v} for (v,) in pair()], 2),
        "shuffled": lambda: train.shuffle_batch_join(pair(), 3, 20, 2, seed=1),
        "threads": lambda: train.batch([numbers(0, 6)], 3, num_threads=3),
        "shuffled by threads": lambda: train.shuffle_batch(
            [numbers(0, 6)], 3, 20, 2, num_threads=2
        ),
        "many": lambda: train.batch_join([[tf.stack([v, v])] for (v,) in pair()], 2, 32, True),
    }
    found = {}
    for name, call in calls.items():
        with tf.Graph().as_default(), tf.Session() as sess:
            made = call()
            leaves = list(made.values()) if isinstance(made, dict) else made
            leaves = leaves if isinstance(leaves, list) else [leaves]
            sess.run(tf.local_variables_initializer())
            coordinator = train.Coordinator()
            threads = train.start_queue_runners(sess, coordinator)
            came = []
            try:
                while True:
                    came.append(sess.run(leaves[0]).tolist())
            except tf.errors.OutOfRangeError:
                coordinator.request_stop()
            coordinator.join(threads)
            nodes = [[t.op.type, t.op.name, str(t.shape)] for t in leaves]
            found[name] = [nodes, len(came), sorted(v for batch in came for v in batch)]
    with tf.Graph().as_default():
        found["none"] = outcome_class(lambda: train.batch_join([], 2))
        found["dtypes"] = outcome_class(lambda: train.batch_join([[numbers(0, 2)], ["a"]], 2))
        vectors = [[tf.ones([3])], [tf.ones([2])]]
        found["shapes"] = outcome_class(lambda: train.batch_join(vectors, 2))
        vectors[0] = [tf.ones([numbers(1, 3)])]
        found["padded"] = str(train.batch_join(vectors, 2, dynamic_pad=True).shape)
    return found
