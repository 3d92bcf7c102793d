"""Optional: an element, or none."""

from millrace._load import public
from millrace.data.elements import components, pack, to_tensors, types_of
from millrace.framework.dispatch import apply_op


class Optional:
    """What Iterator.get_next_as_optional() gives: an element, or none at the end.

    Attributes:
      element_spec: the structure of the element.
    """

    def __init__(self, variant, element_spec):
        self._variant, self.element_spec = variant, element_spec

    @staticmethod
    @public
    def from_value(value):
        """One that holds a value: a structure of tensors."""
        parts, spec = components(to_tensors(value))
        return Optional(apply_op("OptionalFromValue", (parts,)), spec)

    @staticmethod
    @public
    def empty(element_spec):
        """One without a value."""
        return Optional(apply_op("OptionalNone", ()), element_spec)

    @public
    def has_value(self, name=None):
        """Whether there is a value: a bool tensor."""
        return apply_op("OptionalHasValue", (self._variant,), None, name)

    @public
    def get_value(self, name=None):
        """The value. InvalidArgumentError, when it runs, if there is none."""
        attrs = types_of(self.element_spec)
        return pack(self.element_spec, apply_op("OptionalGetValue", (self._variant,), attrs, name))
