"""What is done with files of images and records: run by TensorFlow and by us."""

import tempfile

import numpy as np


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
