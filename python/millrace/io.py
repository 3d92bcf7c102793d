"""Checkpoints' and records' contents, without a graph."""

from millrace import _load
from millrace._load import public


@public
def load_checkpoint(ckpt_dir_or_file):
    """A reader of a checkpoint: a prefix, or a folder (its latest one). ValueError if there is
    none."""
    return CheckpointReader(_prefix(ckpt_dir_or_file))


def _prefix(path):
    import os

    if os.path.isdir(path):
        from millrace.train import latest_checkpoint

        found = latest_checkpoint(path)
        if found is None:
            raise ValueError(f"the folder {path} holds no checkpoint")
        return found
    return path


class CheckpointReader:
    """The tensors of a checkpoint."""

    @public
    def __init__(self, prefix):
        self._c = _load.native.CheckpointReader(prefix)
        self._infos = {name: (dtype, shape) for name, dtype, shape in self._c.variables()}

    def get_variable_to_shape_map(self):
        return {name: list(shape) for name, (_, shape) in self._infos.items()}

    def get_variable_to_dtype_map(self):
        return {name: dtype for name, (dtype, _) in self._infos.items()}

    def has_tensor(self, name):
        return name in self._infos

    @public
    def get_tensor(self, name):
        """NotFoundError if there is none of that name, DataLossError if its bytes are damaged."""
        return self._c.get_tensor(name)


@public
def list_variables(ckpt_dir_or_file):
    """[(name, shape)] of a checkpoint."""
    reader = load_checkpoint(ckpt_dir_or_file)
    return [(name, list(shape)) for name, (_, shape) in sorted(reader._infos.items())]


@public
def load_variable(ckpt_dir_or_file, name):
    """One tensor of a checkpoint."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name)
