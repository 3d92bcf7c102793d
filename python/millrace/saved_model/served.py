"""Models that were loaded where ops run at once."""

from millrace._load import public
from millrace.framework.convert import constant
from millrace.framework.graph import Graph
from millrace.framework.tensor import TensorSpec
from millrace.session.session import Session


class SignatureFunction:
    """A signature of a loaded model: takes its inputs by name, and gives {name: tensor}."""

    def __init__(self, session, signature):
        self._session, self._signature = session, signature

    @property
    def structured_input_signature(self):
        return (), {k: TensorSpec(t.shape, t.dtype, k) for k, t in self._signature.inputs.items()}

    @property
    def structured_outputs(self):
        return {k: TensorSpec(t.shape, t.dtype, k) for k, t in self._signature.outputs.items()}

    @public
    def __call__(self, *args, **inputs):
        """TypeError for names that are not those of the inputs. One input needs no name."""
        wanted = self._signature.inputs
        if len(args) == 1 and len(wanted) == 1 and not inputs:
            inputs = dict(zip(wanted, args))
        elif args:
            raise TypeError(f"the inputs go by name: {sorted(wanted)}")
        if set(inputs) != set(wanted):
            raise TypeError(f"the signature takes {sorted(wanted)}, got {sorted(inputs)}")
        feeds = {wanted[k]: getattr(v, "numpy", lambda v=v: v)() for k, v in inputs.items()}
        found = self._session.run(self._signature.outputs, feeds)
        return {k: constant(v, self._signature.outputs[k].dtype) for k, v in found.items()}


class ServedModel:
    """A loaded model.

    Attributes:
      signatures: {key: SignatureFunction}.
      graph: its graph.
    """

    def __init__(self, graph, session, signatures):
        self.graph, self._session = graph, session
        self.signatures = {k: SignatureFunction(session, s) for k, s in signatures.items()}


def load_model(export_dir, tags):
    """The ServedModel of a folder."""
    from millrace.saved_model.loader import load

    graph = Graph()
    session = Session(graph=graph)
    with graph.as_default():
        loaded = load(session, tags, export_dir)
    return ServedModel(graph, session, loaded.signatures)
