"""Writing SavedModels."""

import os
import shutil
import tempfile

from millrace import _load
from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import constant_value
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.meta_graph import meta_graph_bytes
from millrace.saved_model.object_proto import MetaGraphProto
from millrace.saved_model.signature import predict_signature_def
from millrace.train.checkpoint_state import replace_file
from millrace.train.saver import Saver

_SERVING_DEFAULT = "serving_default"


class Builder:
    """Collects the graphs of a SavedModel and writes it; the folder appears whole, by save().

    AssertionError if the folder is there already and not empty.
    """

    @public
    def __init__(self, export_dir):
        self._dir = os.path.abspath(str(export_dir))
        if os.path.isdir(self._dir) and os.listdir(self._dir):
            raise AssertionError(f"the folder {export_dir} exists already and is not empty")
        parent = os.path.dirname(self._dir)
        os.makedirs(parent, exist_ok=True)
        self._temporary = tempfile.mkdtemp(prefix=f".{os.path.basename(self._dir)}.", dir=parent)
        os.chmod(self._temporary, 0o755)
        self._meta_graphs = []
        self._asset_names = {}  # path -> file below assets/
        self._has_variables = False

    @public
    def add_meta_graph_and_variables(
        self,
        sess,
        tags,
        signature_def_map=None,
        assets_collection=None,
        legacy_init_op=None,
        clear_devices=False,
        main_op=None,
        strip_default_attrs=False,
        saver=None,
    ):
        """Adds the session's graph with the values that its variables have now.

        Args:
          tags: what the graph is found by: ["serve"].
          signature_def_map: {key: SignatureDef}.
          assets_collection: constant string tensors: the paths of files that the graph reads. They
            are copied into the model, and the tensors are fed with where they lie when it is
            loaded.
          main_op, legacy_init_op: an operation to run once the variables are restored.
          saver: what saves and restores the variables; one of all global variables if None.
        """
        graph = sess.graph
        saver = saver or _saver_of(graph)
        if saver is not None:
            folder = os.path.join(self._temporary, "variables")
            os.makedirs(folder, exist_ok=True)
            prefix = os.path.join(folder, "variables")
            saver.save(sess, prefix, write_state=False, write_meta_graph=False)
        self._has_variables = True
        self._add(
            graph,
            tags,
            signature_def_map,
            assets_collection,
            main_op or legacy_init_op,
            clear_devices,
            strip_default_attrs,
            saver,
        )

    @public
    def add_meta_graph(
        self,
        tags,
        signature_def_map=None,
        assets_collection=None,
        legacy_init_op=None,
        clear_devices=False,
        main_op=None,
        strip_default_attrs=False,
        saver=None,
    ):
        """Adds the default graph, which uses the variables that were added before."""
        if not self._has_variables:
            raise AssertionError("add_meta_graph_and_variables() must come first")
        graph = context.get_default_graph()
        self._add(
            graph,
            tags,
            signature_def_map,
            assets_collection,
            main_op or legacy_init_op,
            clear_devices,
            strip_default_attrs,
            saver or _saver_of(graph),
        )

    def add_objects(self, saved):
        """Gives the graph that was added last its SavedObjectGraph."""
        self._meta_graphs[-1] += MetaGraphProto(object_graph_def=saved).SerializeToString()

    def _add(
        self, graph, tags, signatures, assets, main_op, clear_devices, strip_default_attrs, saver
    ):
        self._meta_graphs.append(
            meta_graph_bytes(
                graph,
                None if saver is None else saver.as_saver_def(),
                tags,
                signatures,
                main_op,
                clear_devices,
                strip_default_attrs,
                assets=[(tensor.name, self._copy_asset(tensor)) for tensor in assets or ()],
            )
        )

    def _copy_asset(self, tensor):
        """The name below assets/ of the file whose path a constant holds."""
        path = constant_value(tensor)
        if not isinstance(path, bytes):
            raise TypeError(f"an asset is the constant path of a file, {tensor!r} is none")
        path = os.path.abspath(os.fsdecode(path))
        if path not in self._asset_names:
            name, taken = os.path.basename(path), set(self._asset_names.values())
            stem, dot, end = name.partition(".")
            n = 0
            while name in taken:
                n += 1
                name = f"{stem}_{n}{dot}{end}"
            folder = os.path.join(self._temporary, "assets")
            os.makedirs(folder, exist_ok=True)
            shutil.copyfile(path, os.path.join(folder, name))
            self._asset_names[path] = name
        return self._asset_names[path]

    @public
    def save(self, as_text=False):
        """Writes the model. Returns the path of saved_model.pb."""
        if as_text:
            raise NotImplementedError("SavedModels are written in binary form only")
        if self._temporary is None:
            raise RuntimeError("the model is saved already")
        data = _load.native.saved_model(self._meta_graphs)
        replace_file(os.path.join(self._temporary, "saved_model.pb"), data)
        if os.path.isdir(self._dir):
            os.rmdir(self._dir)
        os.rename(self._temporary, self._dir)
        self._temporary = None
        return os.path.join(self._dir, "saved_model.pb")

    def __del__(self):
        if getattr(self, "_temporary", None):
            shutil.rmtree(self._temporary, ignore_errors=True)


def _saver_of(graph):
    """A saver of all global variables for the export, or None; the graph may be finalized
    otherwise."""
    variables = graph.get_collection(GraphKeys.GLOBAL_VARIABLES)
    if not variables:
        return None
    was_final, graph._finalized = graph.finalized, False
    try:
        with graph.as_default():
            return Saver(variables)
    finally:
        graph._finalized = was_final


@public
def simple_save(session, export_dir, inputs, outputs, legacy_init_op=None):
    """Writes a SavedModel for serving: the signature serving_default from inputs to outputs, the
    tag serve.

    Args:
      session: whose graph and variables are written.
      export_dir: the folder; must not exist.
      inputs, outputs: {name: tensor}.
    """
    builder = Builder(export_dir)
    builder.add_meta_graph_and_variables(
        session,
        ["serve"],
        {_SERVING_DEFAULT: predict_signature_def(inputs, outputs)},
        clear_devices=True,
        main_op=legacy_init_op,
    )
    builder.save()
