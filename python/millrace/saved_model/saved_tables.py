"""Tables of a SavedModel that is written: how each is made and filled again."""

import uuid

from millrace.framework.convert import constant
from millrace.framework.dispatch import apply_op
from millrace.framework.function import Function
from millrace.lookup import StaticHashTable, StaticVocabularyTable, _Table


def table_of(value):
    """The table that an attribute holds, or None."""
    if isinstance(value, StaticVocabularyTable):
        value = value._table
    return value if isinstance(value, _Table) else None


class SavedTable:
    """A table with the keys and values that it has now.

    Attributes:
      handle: of the table.
      create, initialize: traces: of the making of such a table (it gives the handle), and of the
        filling of the one with this handle.
    """

    def __init__(self, table):
        self.handle = table.resource_handle
        self._keys, self._values = (t.numpy() for t in table.export())
        self._dtypes = table.key_dtype, table.value_dtype
        self._op, self._attrs, self._args = table._recipe
        # No other table may have the name where the model is loaded.
        self._attrs = {**self._attrs, "shared_name": f"table_{uuid.uuid4().hex}"}
        self._args = [(a.numpy(), a.dtype) for a in self._args]
        self._fill = (
            "InitializeTableV2" if isinstance(table, StaticHashTable) else "LookupTableImportV2"
        )
        self.create = Function(self.make, name="create_table").get_concrete_function()
        fill = Function(lambda: self.fill(self.handle), name="initialize_table")
        self.initialize = fill.get_concrete_function()

    def make(self):
        """The handle of such a table, empty."""
        args = [constant(value, dtype) for value, dtype in self._args]
        return apply_op(self._op, args, self._attrs)

    def fill(self, handle):
        """The operation that fills it."""
        keys, values = map(constant, (self._keys, self._values), self._dtypes)
        return apply_op(self._fill, (handle, keys, values))
