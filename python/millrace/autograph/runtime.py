"""What converted functions call, under the name ag__."""

from millrace.autograph.branches import and_, assert_, chain, if_, if_exp, not_, or_
from millrace.autograph.builtins import OVERLOADS
from millrace.autograph.iteration import for_, while_
from millrace.autograph.policy import converted
from millrace.autograph.state import Attribute, Item

__all__ = [
    "Attribute",
    "Item",
    "and_",
    "assert_",
    "call",
    "chain",
    "for_",
    "if_",
    "if_exp",
    "not_",
    "or_",
    "while_",
]


def call(function):
    """What to call in the place of a function, method or other callable."""
    try:
        found = OVERLOADS.get(function)
    except TypeError:  # it has no hash
        found = None
    return converted(function) if found is None else found
