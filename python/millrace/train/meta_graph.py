"""export_meta_graph and import_meta_graph: a graph with what is needed to go on with it."""

import os

from millrace import _load, errors
from millrace._load import public
from millrace.framework import context
from millrace.framework.importer import import_graph_def, serialised
from millrace.framework.meta_graph import fill_collections, meta_graph_bytes
from millrace.train.checkpoint_state import replace_file
from millrace.train.saver import Saver, SaverDef


@public
def export_meta_graph(
    filename=None,
    meta_info_def=None,
    graph_def=None,
    saver_def=None,
    collection_list=None,
    as_text=False,
    graph=None,
    export_scope=None,
    clear_devices=False,
    clear_extraneous_savers=False,
    strip_default_attrs=False,
    save_debug_info=False,
):
    """The graph with its collections as a serialised MetaGraphDef (bytes).

    Args:
      filename: a file to write it to.
      as_text: the file is in the text format of Protocol Buffers, for people to read.
      saver_def: Saver.as_saver_def(): what saves and restores the variables.
      collection_list: the names of the collections to write; all if None.
      graph: the default graph if None.
    """
    if export_scope is not None or graph_def is not None or meta_info_def is not None:
        raise NotImplementedError(
            "export_meta_graph writes whole graphs: no export_scope, graph_def or meta_info_def"
        )
    data = meta_graph_bytes(
        graph or context.get_default_graph(),
        saver_def,
        clear_devices=clear_devices,
        strip_default_attrs=strip_default_attrs,
        collection_list=collection_list,
    )
    if filename:
        text = _load.native.message_text("MetaGraphDef", data).encode() if as_text else data
        replace_file(filename, text)
    return data


@public
def import_meta_graph(meta_graph_or_file, clear_devices=False, import_scope=None):
    """Adds the graph and the collections of a MetaGraphDef to the default graph.

    Args:
      meta_graph_or_file: the name of a file such as "model.ckpt-7.meta", or a MetaGraphDef, as a
        message or as bytes.
      clear_devices: forget which devices were asked for.
      import_scope: prefix of the new nodes' names.
    Returns:
      The Saver that was stored with it; None if there was none. Its restore() gives the variables
      their values.
    Raises:
      OSError if there is no such file, DataLossError if it is damaged.
    """
    meta = _read(meta_graph_or_file, clear_devices)
    graph = context.get_default_graph()
    prefix = graph.unique_name(import_scope) + "/" if import_scope else ""
    import_graph_def(meta["graph"], name=prefix)
    fill_collections(graph, prefix, meta)
    if meta["saver"] is None or not meta["saver"][2]:
        return None
    filename, save, restore, *rest = meta["saver"]
    return Saver(saver_def=SaverDef(prefix + filename, prefix + save, prefix + restore, *rest))


def _read(source, clear_devices):
    if not isinstance(source, (str, os.PathLike)):
        return _load.native.read_meta_graph(serialised(source), clear_devices)
    with open(source, "rb") as f:
        data = f.read()
    try:
        return _load.native.read_meta_graph(data, clear_devices)
    except errors.DataLossError as error:
        raise errors.DataLossError(None, None, f"{source}: {error.message}") from None


@public
def write_graph(graph_or_graph_def, logdir, name, as_text=True):
    """Writes a Graph or GraphDef to logdir/name, and gives that path.

    as_text: in the text format of Protocol Buffers, for people to read.
    """
    if hasattr(graph_or_graph_def, "as_graph_def"):
        graph_or_graph_def = graph_or_graph_def.as_graph_def()
    os.makedirs(logdir, exist_ok=True)
    path = os.path.join(logdir, name)
    data = serialised(graph_or_graph_def)
    replace_file(path, _load.native.message_text("GraphDef", data).encode() if as_text else data)
    return path
