"""Reading SavedModels."""

import os

from millrace import _load
from millrace._load import public
from millrace.framework.importer import import_graph_def
from millrace.saved_model.signature import SignatureDef


@public
def contains_saved_model(export_dir):
    """True if the folder holds a SavedModel."""
    return os.path.isfile(os.path.join(str(export_dir), "saved_model.pb"))


class LoadedModel:
    """A model in a session's graph.

    Attributes:
      signatures, signature_def: {key: SignatureDef of this graph's tensors}.
    """

    def __init__(self, session, signatures):
        self._session, self.signatures = session, signatures
        self.signature_def = signatures

    @public
    def run(self, inputs, signature="serving_default"):
        """{output name: array} for {input name: array}. ValueError for names that do not fit."""
        if signature not in self.signatures:
            raise ValueError(
                f"the model has the signatures {sorted(self.signatures)}, not {signature!r}"
            )
        s = self.signatures[signature]
        if set(inputs) != set(s.inputs):
            raise ValueError(
                f"{signature} takes the inputs {sorted(s.inputs)}, got {sorted(inputs)}"
            )
        return self._session.run(s.outputs, {s.inputs[k]: v for k, v in inputs.items()})


@public
def load(sess, tags=None, export_dir=None, import_scope=None, options=None):
    """Adds the graph of a SavedModel to the session's, and gives its variables their values.

    With a folder as its first argument, load(export_dir, tags=None), where ops run at once: the
    objects that were saved, with their variables, functions and `signatures`; of a model of
    TensorFlow 1 its `signatures` alone.

    NotFoundError if there is no model in the folder, or none with just these tags.
    """
    if isinstance(sess, (str, os.PathLike)):
        return _load_now(os.fspath(sess), [tags] if isinstance(tags, str) else tags or ["serve"])
    model = _load.native.read_saved_model(str(export_dir), list(tags))
    graph = sess.graph
    with graph.as_default():
        import_graph_def(model["graph"], name=import_scope or "")
    prefix = f"{import_scope}/" if import_scope else ""

    def tensor(name):
        return graph.get_tensor_by_name(prefix + name)

    assets = {tensor(name): path for name, path in model["assets"]}
    if model["variables_prefix"] and model["restore_op"]:
        feeds = {tensor(model["restore_path_tensor"]): model["variables_prefix"], **assets}
        sess.run(graph.get_operation_by_name(prefix + model["restore_op"]), feeds)
    if model["init_op"]:
        sess.run(graph.get_operation_by_name(prefix + model["init_op"]), assets)
    signatures = {
        key: SignatureDef(
            {k: tensor(name) for k, (name, _, _) in inputs.items()},
            {k: tensor(name) for k, (name, _, _) in outputs.items()},
            method,
        )
        for key, (method, inputs, outputs) in model["signatures"].items()
    }
    return LoadedModel(sess, signatures)


def _load_now(export_dir, tags):
    from millrace.saved_model.objects import ObjectLoader, read_object_graph
    from millrace.saved_model.served import load_model

    stored = read_object_graph(export_dir, tags) if contains_saved_model(export_dir) else None
    if stored is None:
        return load_model(export_dir, tags)
    return ObjectLoader(stored, _load.native.read_saved_model(export_dir, list(tags))).load()
