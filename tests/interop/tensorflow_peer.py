"""TensorFlow's side of conftest.Peer: answers calls that come as lines of JSON."""

import importlib.util
import json
import os
import sys
import traceback

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
if importlib.util.find_spec("tf_keras"):  # tf.layers and tf.nn.rnn_cell are there
    os.environ["TF_USE_LEGACY_KERAS"] = "1"

import feature_programs
import file_programs
import graph_programs
import layer_programs
import object_programs
import programs
import queue_programs
import script_programs
import session_programs
import tensorflow as tf
import tensorflow_checkpoints
import tensorflow_events
import tensorflow_graphs
import tensorflow_models

MODULES = (tensorflow_checkpoints, tensorflow_events, tensorflow_graphs, tensorflow_models)
PROGRAMS = (
    programs,
    graph_programs,
    session_programs,
    layer_programs,
    queue_programs,
    script_programs,
    file_programs,
    feature_programs,
)


def find(modules, name):
    return next(getattr(module, name) for module in modules if hasattr(module, name))


def call(name, args):
    if name == "run_program":
        return find(PROGRAMS, args[0])(tf.compat.v1, *args[1:])
    if name == "run_object_program":
        return getattr(object_programs, args[0])(tf, *args[1:])
    return find(MODULES, name)(*args)


def main():
    # Nothing but answers goes to the real standard output.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            answer = [True, call(*json.loads(line))]
        except Exception:
            answer = [False, traceback.format_exc()]
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
