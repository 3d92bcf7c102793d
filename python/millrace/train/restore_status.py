"""What Checkpoint.restore() found."""

from millrace._load import public
from millrace.framework.variable import Variable


class RestoreStatus:
    """What of a checkpoint and of the objects belongs together."""

    def __init__(self, stored, loads, objects, matched):
        self._stored, self._loads, self._objects, self._matched = stored, loads, objects, matched

    def load_now(self):
        """Assigns what can be: variables outside of graphs. ValueError for another shape."""
        for variable, value in self._loads:
            if not variable.shape.is_compatible_with(getattr(value, "shape", ())):
                raise ValueError(
                    f"variable {variable.name!r} has shape {variable.shape}, in the checkpoint it "
                    f"has {tuple(value.shape)}"
                )
            if variable.graph is None:
                variable.assign(value)

    def _unused(self):
        if self._stored is None:
            return []
        return [
            attribute.checkpoint_key
            for i, node in enumerate(self._stored.nodes)
            if i not in self._matched
            for attribute in node.attributes
        ]

    @public
    def assert_consumed(self):
        """AssertionError if a value of the checkpoint, or an object, has no partner."""
        unused = self._unused()
        if unused:
            raise AssertionError(
                f"values of the checkpoint that no object has: {', '.join(unused[:5])}"
            )
        return self.assert_existing_objects_matched()

    @public
    def assert_existing_objects_matched(self):
        """AssertionError if a variable got no value."""
        got = {id(v) for v, _ in self._loads}
        missing = [
            key
            for key, v in self._objects.tensors
            if id(v) not in got and not key.startswith("save_counter/")
        ]
        if missing:
            raise AssertionError(
                f"variables that the checkpoint has no value for: {', '.join(missing[:5])}"
            )
        return self

    @public
    def assert_nontrivial_match(self):
        """AssertionError if nothing got a value."""
        if not self._loads:
            raise AssertionError("nothing of the checkpoint belongs to these objects")
        return self

    def expect_partial(self):
        """The status itself: what has no partner is as it should be."""
        return self

    @public
    def run_restore_ops(self, session=None):
        """Gives variables of graphs their values in the session."""
        for variable, value in self._loads:
            if variable.graph is not None:
                variable.load(value, session)

    @public
    def initialize_or_restore(self, session=None):
        """run_restore_ops(), and initialises what has no value in the checkpoint."""
        from millrace.session.session import get_default_session

        session = session or get_default_session()
        got = {id(v) for v, _ in self._loads}
        for _, v in self._objects.tensors:
            if isinstance(v, Variable) and v.graph is not None and id(v) not in got:
                session.run(v.initializer)
        self.run_restore_ops(session)
