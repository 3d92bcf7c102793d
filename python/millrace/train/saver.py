"""Saver: checkpoints of variables in TensorFlow's bundle form."""

import collections
import logging
import os

from millrace import errors
from millrace._load import native, public
from millrace.framework import context
from millrace.framework.convert import constant
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.partitioned_variable import PartitionedVariable
from millrace.framework.scopes import colocate_with, control_dependencies, device, group
from millrace.ops.array import placeholder_with_default
from millrace.tensor_shape import TensorShape
from millrace.train.checkpoint_state import checkpoint_exists
from millrace.train.kept_checkpoints import KeptCheckpoints

log = logging.getLogger("millrace")

SaverDef = collections.namedtuple(
    "SaverDef",
    [
        "filename_tensor_name",
        "save_tensor_name",
        "restore_op_name",
        "max_to_keep",
        "sharded",
        "keep_checkpoint_every_n_hours",
    ],
)


# A variable, or a part of one, and under which name it is saved; spec: "" for a whole tensor, else
# the shape of the whole and where the part lies in it.
_Saved = collections.namedtuple("_Saved", ["name", "spec", "variable"])


def _saved(var_list):
    """The _Saved of variables, or of {name in the checkpoint: variable}, by name."""
    items = var_list.items() if isinstance(var_list, dict) else ((None, v) for v in var_list)
    found = []
    for name, item in items:
        for v in item if isinstance(item, PartitionedVariable) else [item]:
            part = v._slice
            own_name = v._shared_name if part is None else part.full_name
            found.append(_Saved(name or own_name, "" if part is None else part.spec, v))
    found.sort(key=lambda s: s[:2])
    for one, next_one in zip(found, found[1:]):
        if one.name == next_one.name and (not one.spec or one.spec == next_one.spec):
            raise ValueError(f"two variables are to be saved as {one.name!r}")
    return found


class Saver:
    """Saves and restores variables.

    Args:
      var_list: variables, or {name in the checkpoint: variable}; all global variables if None.
      max_to_keep: older checkpoints are deleted; None or 0 keeps all.
      keep_checkpoint_every_n_hours: one of these is kept for good.
      sharded: each device writes its own variables.
      saver_def: a SaverDef whose operations are in the default graph already; the arguments above
        are then not looked at.
    """

    @public
    def __init__(
        self,
        var_list=None,
        reshape=False,
        sharded=False,
        max_to_keep=5,
        keep_checkpoint_every_n_hours=10000.0,
        name=None,
        restore_sequentially=False,
        saver_def=None,
        builder=None,
        defer_build=False,
        allow_empty=False,
        write_version=2,
        pad_step_number=False,
        save_relative_paths=True,
        filename=None,
    ):
        if saver_def is not None:
            max_to_keep, sharded = saver_def.max_to_keep, saver_def.sharded
            keep_checkpoint_every_n_hours = saver_def.keep_checkpoint_every_n_hours
        self._variables = var_list
        self._sharded, self._max_to_keep = sharded, max_to_keep
        self._keep_hours = keep_checkpoint_every_n_hours
        self._name, self._pad, self._allow_empty = name, pad_step_number, allow_empty
        self._kept = KeptCheckpoints(max_to_keep, keep_checkpoint_every_n_hours)
        self._built = False
        if saver_def is not None:
            self._adopt(saver_def)
        elif not defer_build:
            self.build()

    def _adopt(self, saver_def):
        """Takes the operations of another saver, in a graph that was imported."""
        self._graph = context.get_default_graph()
        find = self._graph.as_graph_element
        self._prefix = find(saver_def.filename_tensor_name)
        self._save_tensor = find(saver_def.save_tensor_name)
        self._save_op = self._save_tensor.op
        self._restore_op = find(saver_def.restore_op_name)
        self._built, self._empty, self._saved = True, False, []

    @public
    def build(self):
        """Adds the operations of saving and restoring to the default graph."""
        if self._built:
            return
        graph = context.building_graph()
        if graph is None:
            raise RuntimeError("a Saver needs a graph: make it inside `with Graph().as_default()`")
        variables = (
            graph.get_collection(GraphKeys.GLOBAL_VARIABLES)
            if self._variables is None
            else self._variables
        )
        saved = _saved(variables)
        if not saved and not self._allow_empty:
            raise ValueError("there are no variables to save")
        self._built, self._empty, self._saved, self._graph = True, not saved, saved, graph
        if self._empty:
            return
        with graph.name_scope(self._name or "save"), graph.control_dependencies(None):
            self._prefix = placeholder_with_default(constant("model"), [], name="Const")
            self._save_op = self._add_sharded(saved) if self._sharded else self._add_save(saved)
            with control_dependencies([self._save_op]):
                self._save_tensor = apply_op(
                    "Identity", (self._prefix,), None, "control_dependency"
                )
            self._restore_op = self._add_restore(saved)

    def _add_save(self, saved, prefix=None):
        prefix = self._prefix if prefix is None else prefix
        names, specs, variables = zip(*saved)
        values = [v.value() for v in variables]
        return apply_op("SaveV2", (prefix, list(names), list(specs), values))

    def _add_sharded(self, saved):
        by_device = {}
        for item in saved:
            by_device.setdefault(item.variable.device, []).append(item)
        # The temporary folder lies beside the target; the last step moves all in one.
        folder = apply_op("StringJoin", ([self._prefix, "_temp/part"],))
        parts, saves = [], []
        for i, (where, items) in enumerate(sorted(by_device.items())):
            with device(where or None):
                part = apply_op("ShardedFilename", (folder, i, len(by_device)))
                parts.append(part)
                saves.append(self._add_save(items, part))
        with control_dependencies(saves):
            return apply_op("MergeV2Checkpoints", (parts, self._prefix), {"delete_old_dirs": True})

    def _add_restore(self, saved):
        names, specs, variables = zip(*saved)
        attrs = {"dtypes": [v.dtype for v in variables]}
        values = apply_op("RestoreV2", (self._prefix, list(names), list(specs)), attrs)
        assigns = []
        for v, value in zip(variables, values):
            with colocate_with(v.op):
                value.set_shape(v.shape)
                assigns.append(v._assign_op(value))
        return group(*assigns, name="restore_all")

    @public
    def as_saver_def(self):
        """What a MetaGraphDef says of it. RuntimeError before build()."""
        if not self._built:
            raise RuntimeError("call build() before as_saver_def()")
        if self._empty:
            return None
        return SaverDef(
            self._prefix.name,
            self._save_tensor.name,
            self._restore_op.name,
            self._max_to_keep or 0,
            self._sharded,
            self._keep_hours,
        )

    @public
    def export_meta_graph(
        self,
        filename=None,
        collection_list=None,
        as_text=False,
        export_scope=None,
        clear_devices=False,
        clear_extraneous_savers=False,
        strip_default_attrs=False,
        save_debug_info=False,
    ):
        """train.export_meta_graph with this saver in it."""
        from millrace.train.meta_graph import export_meta_graph

        return export_meta_graph(
            filename,
            saver_def=self.as_saver_def(),
            collection_list=collection_list,
            as_text=as_text,
            graph=self._graph,
            export_scope=export_scope,
            clear_devices=clear_devices,
            strip_default_attrs=strip_default_attrs,
        )

    @public
    def save(
        self,
        sess,
        save_path,
        global_step=None,
        latest_filename=None,
        meta_graph_suffix="meta",
        write_meta_graph=True,
        write_state=True,
        strip_default_attrs=False,
        save_debug_info=False,
    ):
        """Writes a checkpoint `save_path`-`global_step`, beside it the graph as a MetaGraphDef
        (".meta"; not with write_meta_graph=False), and notes it in the folder's file `checkpoint`.

        Nothing earlier is lost if it fails or the machine stops: files appear whole, the note last.

        Returns:
          The prefix of the files.
        """
        if not self._built:
            raise RuntimeError("call build() before save()")
        prefix = save_path
        if global_step is not None:
            if not isinstance(global_step, int):
                global_step = int(sess.run(global_step))
            prefix = f"{save_path}-{global_step:08d}" if self._pad else f"{save_path}-{global_step}"
        folder = os.path.dirname(prefix) or "."
        if self._empty:
            return None
        os.makedirs(folder, exist_ok=True)
        sess.run(self._save_op, {self._prefix: prefix})
        if write_meta_graph:
            self._write_meta_graph(f"{prefix}.{meta_graph_suffix}", strip_default_attrs)
        if write_state:
            self._kept.add(folder, prefix, latest_filename)
        return prefix

    def _write_meta_graph(self, path, strip_default_attrs):
        try:
            self.export_meta_graph(path, strip_default_attrs=strip_default_attrs)
        except errors.ResourceExhaustedError as error:  # the values are safe all the same
            log.warning("%s is not written: %s", path, error.message)

    @public
    def restore(self, sess, save_path):
        """Gives the variables the values of a checkpoint. ValueError if there is none of that
        prefix."""
        if save_path is None:
            raise ValueError("restore: save_path is None")
        if not checkpoint_exists(save_path):
            raise ValueError(f"there is no checkpoint {save_path} (no file {save_path}.index)")
        if self._empty:
            return
        self._check_shapes(save_path)
        try:
            sess.run(self._restore_op, {self._prefix: save_path})
        except errors.NotFoundError as error:
            raise errors.NotFoundError(
                None,
                None,
                f"{error.message}: the checkpoint {save_path} is of another graph; "
                "Saver(var_list) restores a part of the variables, or under other names",
            ) from None

    def _check_shapes(self, save_path):
        """ValueError, naming it, for a variable of another shape than the checkpoint's."""
        reader = native.CheckpointReader(save_path)
        found = {name: shape for name, _, shape in reader.variables()}
        for name, _, variable in self._saved:
            part = variable._slice
            shape = variable.shape if part is None else TensorShape(part.full_shape)
            if name in found and not shape.is_compatible_with(found[name]):
                raise ValueError(
                    f"variable {name!r} has shape {shape}, in the checkpoint "
                    f"{save_path} it has {TensorShape(found[name])}"
                )

    @property
    def last_checkpoints(self):
        """Prefixes of the checkpoints that are kept, oldest first."""
        return self._kept.prefixes

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time):
        self._kept.set(last_checkpoints_with_time)

    @public
    def recover_last_checkpoints(self, checkpoint_paths):
        """Takes checkpoints of an earlier run into account for what is kept."""
        self._kept.recover(checkpoint_paths)
