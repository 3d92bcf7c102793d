"""Writing SavedModels."""

import os
import shutil
import tempfile

from millrace import _load
from millrace._load import public
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.meta_graph import meta_graph_bytes
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
        self._has_variables = False

    @public
    def add_meta_graph_and_variables(
        self,
        sess,
        tags,
        signature_def_map=None,
        assets_list=None,
        clear_devices=False,
        init_op=None,
        train_op=None,
        strip_default_attrs=False,
        saver=None,
        main_op=None,
    ):
        """Adds the session's graph with the values that its variables have now.

        Args:
          tags: what the graph is found by: ["serve"].
          signature_def_map: {key: SignatureDef}.
          main_op: an operation to run once the variables are restored.
        """
        graph = sess.graph
        variables = graph.get_collection(GraphKeys.GLOBAL_VARIABLES)
        if saver is None and variables:
            saver = _saver_of(graph, variables)
        if variables:
            folder = os.path.join(self._temporary, "variables")
            os.makedirs(folder, exist_ok=True)
            saver.save(
                sess, os.path.join(folder, "variables"), write_state=False, write_meta_graph=False
            )
        self._add(
            graph,
            tags,
            signature_def_map,
            saver,
            main_op or init_op,
            clear_devices,
            strip_default_attrs,
        )
        self._has_variables = True

    @public
    def add_meta_graph(
        self,
        tags,
        signature_def_map=None,
        assets_list=None,
        clear_devices=False,
        init_op=None,
        train_op=None,
        saver=None,
        main_op=None,
        strip_default_attrs=False,
    ):
        """Adds the default graph, which uses the variables that were added before."""
        from millrace.framework.context import get_default_graph

        if not self._has_variables:
            raise AssertionError("add_meta_graph_and_variables() must come first")
        graph = get_default_graph()
        variables = graph.get_collection(GraphKeys.GLOBAL_VARIABLES)
        if saver is None and variables:
            saver = _saver_of(graph, variables)
        self._add(
            graph,
            tags,
            signature_def_map,
            saver,
            main_op or init_op,
            clear_devices,
            strip_default_attrs,
        )

    def _add(self, graph, tags, signatures, saver, main_op, clear_devices, strip_default_attrs):
        self._meta_graphs.append(
            meta_graph_bytes(
                graph,
                None if saver is None else saver.as_saver_def(),
                tags,
                signatures,
                main_op,
                clear_devices,
                strip_default_attrs,
            )
        )

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


def _saver_of(graph, variables):
    """A saver for the export; the graph may be finalized otherwise."""
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
