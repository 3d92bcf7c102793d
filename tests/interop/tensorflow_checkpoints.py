"""What TensorFlow reads from checkpoints, and the checkpoints that it writes."""

import tensorflow as tf
from arrays import pack_all, unpack_all

v1 = tf.compat.v1


def read_checkpoint(prefix):
    """All tensors, by the checkpoint reader."""
    reader = tf.train.load_checkpoint(prefix)
    names = reader.get_variable_to_shape_map()
    return pack_all({name: reader.get_tensor(name) for name in names})


def restore_with_saver(prefix, like):
    """What variables of these names, dtypes and shapes hold after Saver.restore."""
    with tf.Graph().as_default(), v1.Session() as session:
        variables = {}
        for name, array in unpack_all(like).items():
            value = tf.zeros(array.shape, "string" if array.dtype == object else array.dtype.name)
            variables[name] = v1.get_variable(name, initializer=value, use_resource=True)
        v1.train.Saver(variables).restore(session, prefix)
        return pack_all(session.run(variables))


def save_with_saver(prefix, values, shards):
    """A checkpoint of such variables, in one data file a device."""
    with tf.Graph().as_default():
        variables = []
        for i, (name, array) in enumerate(unpack_all(values).items()):
            with tf.device(f"/cpu:{i % shards}"):
                value = tf.constant(array)
                variables.append(v1.get_variable(name, initializer=value, use_resource=True))
        config = v1.ConfigProto(device_count={"CPU": shards})
        with v1.Session(config=config) as session:
            session.run(v1.global_variables_initializer())
            return v1.train.Saver(variables, sharded=shards > 1).save(session, prefix)


def save_partitioned(prefix, values, parts):
    """Each variable in so many slices along its first dimension."""
    with tf.Graph().as_default(), v1.Session() as session:
        partitioner = tf.compat.v1.fixed_size_partitioner(parts)
        for name, array in unpack_all(values).items():
            value = tf.constant(array)
            v1.get_variable(name, initializer=value, partitioner=partitioner, use_resource=True)
        session.run(v1.global_variables_initializer())
        return v1.train.Saver().save(session, prefix)


def save_objects(prefix, values):
    """TensorFlow 2's object-based checkpoint."""
    variables = {name: tf.Variable(array) for name, array in unpack_all(values).items()}
    return tf.train.Checkpoint(**variables).write(prefix)


def trained_objects(prefix, restore_from=None):
    """A model and its optimizer after a step, which go on from a checkpoint if one is given.

    Returns:
      Whether all of the checkpoint belongs to the objects, and the values afterwards.
    """
    model = tf.Module()
    model.w = tf.Variable([[1.0, 2.0]])
    model.parts = [tf.Variable(1.0), {"b": tf.Variable(2, dtype=tf.int64)}]
    optimizer = v1.train.AdamOptimizer(0.1)
    checkpoint = tf.train.Checkpoint(model=model, opt=optimizer)
    status = None if restore_from is None else checkpoint.restore(restore_from)
    optimizer.minimize(lambda: tf.reduce_sum(model.w**2), var_list=[model.w])
    if status is not None:
        status.assert_consumed()
    values = {"w": model.w.numpy(), "m": optimizer.get_slot(model.w, "m").numpy()}
    return checkpoint.save(prefix), pack_all(values)
