"""Tables: from keys to values."""

from types import SimpleNamespace as _Names

from millrace import dtypes, errors
from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.sparse_tensor import SparseTensor
from millrace.framework.variable import unique_shared_name
from millrace.ops.elementwise import cast
from millrace.tensor_shape import TensorShape


class TextFileIndex:
    """What of a line of a file is a key or a value: the whole line, its number, or (0 and above)
    one of its columns."""

    WHOLE_LINE, LINE_NUMBER = -2, -1


class KeyValueTensorInitializer:
    """Fills a table with keys and values of the same shape."""

    @public
    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name=None):
        with context.init_scope():
            self._keys = convert_to_tensor(keys, key_dtype)
            self._values = convert_to_tensor(values, value_dtype)
        if not self._keys.shape.is_compatible_with(self._values.shape):
            text = f"the keys have shape {self._keys.shape}, the values {self._values.shape}"
            raise errors.InvalidArgumentError(None, None, text)
        self.key_dtype, self.value_dtype = self._keys.dtype, self._values.dtype

    def initialize(self, table):
        args = (table.resource_handle, self._keys, self._values)
        return apply_op("InitializeTableV2", args)


class TextFileInitializer:
    """Fills a table with the lines of a file: key_index and value_index are of TextFileIndex."""

    @public
    def __init__(
        self,
        filename,
        key_dtype,
        key_index,
        value_dtype,
        value_index,
        vocab_size=None,
        delimiter="\t",
        name=None,
        value_index_offset=0,
    ):
        self.key_dtype, self.value_dtype = dtypes.as_dtype(key_dtype), dtypes.as_dtype(value_dtype)
        for index, dtype, what in (
            (key_index, self.key_dtype, "keys"),
            (value_index, self.value_dtype, "values"),
        ):
            if index == TextFileIndex.LINE_NUMBER and dtype is not dtypes.int64:
                raise ValueError(f"{what} that are line numbers are int64, not {dtype.name}")
            if index == TextFileIndex.WHOLE_LINE and not (
                dtype.is_integer or dtype is dtypes.string
            ):
                raise ValueError(f"{what} that are lines are strings or integers, not {dtype.name}")
        if vocab_size is not None and vocab_size <= 0:
            raise ValueError(f"vocab_size must be positive, got {vocab_size}")
        self._filename = str(filename) if hasattr(filename, "__fspath__") else filename
        self._attrs = {
            "key_index": key_index,
            "value_index": value_index,
            "vocab_size": -1 if vocab_size is None else vocab_size,
            "delimiter": delimiter,
            "offset": value_index_offset,
        }

    def initialize(self, table):
        filename = convert_to_tensor(self._filename, dtypes.string)
        graph = context.building_graph()
        if graph is not None:
            graph.add_to_collection("asset_filepaths", filename)
        args = (table.resource_handle, filename)
        return apply_op("InitializeTableFromTextFileV2", args, self._attrs)


class _Table:
    """A table behind a handle."""

    _default = None

    def _make(self, op, key_dtype, value_dtype, name, attrs=None, args=()):
        self.key_dtype, self.value_dtype = dtypes.as_dtype(key_dtype), dtypes.as_dtype(value_dtype)
        shared = (attrs or {}).pop("shared_name", None)
        if shared is None and context.building_graph() is None:
            shared = unique_shared_name(name)
        attrs = {
            "key_dtype": self.key_dtype,
            "value_dtype": self.value_dtype,
            "shared_name": shared,
            **(attrs or {}),
        }
        self._name = name
        self._recipe = op, attrs, args
        self.resource_handle = apply_op(op, args, attrs, name)

    name = property(lambda self: self._name)

    @public
    def size(self, name=None):
        """How many keys it has, as a tensor."""
        return apply_op("LookupTableSizeV2", (self.resource_handle,), None, name)

    @public
    def export(self, name=None):
        """(keys, values) as tensors."""
        attrs = {"Tkeys": self.key_dtype, "Tvalues": self.value_dtype}
        return apply_op("LookupTableExportV2", (self.resource_handle,), attrs, name)

    def _find(self, keys, default, name):
        if isinstance(keys, SparseTensor):
            return keys.with_values(self._find(keys.values, default, name))
        if isinstance(keys, RaggedTensor):
            return keys.with_flat_values(self._find(keys.flat_values, default, name))
        keys = convert_to_tensor(keys, dtype_hint=self.key_dtype)
        if keys.dtype is not self.key_dtype:
            raise TypeError(
                f"the keys of the table are {self.key_dtype.name}, got {keys.dtype.name}"
            )
        default = convert_to_tensor(default, self.value_dtype)
        return apply_op("LookupTableFindV2", (self.resource_handle, keys, default), None, name)

    @public
    def lookup(self, keys, name=None):
        """The values of keys; the default for what is not there."""
        return self._find(keys, self._default, name)

    def __getitem__(self, keys):
        return self.lookup(keys)


class StaticHashTable(_Table):
    """A table that an initializer fills once. In a graph tables_initializer() does it.

    When it runs: FailedPreconditionError where it is not initialised yet.
    """

    @public
    def __init__(self, initializer, default_value, name=None, experimental_is_anonymous=False):
        self._initializer = initializer
        with context.init_scope():
            self._make(
                "HashTableV2", initializer.key_dtype, initializer.value_dtype, name or "hash_table"
            )
            self._default = convert_to_tensor(default_value, self.value_dtype)
            self.initializer = initializer.initialize(self)
            graph = context.building_graph()
            if graph is not None:
                graph.add_to_collection(GraphKeys.TABLE_INITIALIZERS, self.initializer)

    init = property(lambda self: self.initializer)
    default_value = property(lambda self: self._default)


class StaticVocabularyTable(_Table):
    """Strings or integers to ids: those of the initializer, and num_oov_buckets further ids, by
    their hash, for the rest."""

    @public
    def __init__(
        self,
        initializer,
        num_oov_buckets,
        lookup_key_dtype=None,
        name=None,
        experimental_is_anonymous=False,
    ):
        if num_oov_buckets <= 0:
            raise ValueError(f"num_oov_buckets must be greater than 0, got {num_oov_buckets}")
        if initializer is not None and initializer.value_dtype is not dtypes.int64:
            raise TypeError(f"the values must be int64, not {initializer.value_dtype.name}")
        self._buckets = num_oov_buckets
        self._table = None if initializer is None else StaticHashTable(initializer, -1, name)
        wanted = lookup_key_dtype or (
            dtypes.string if initializer is None else initializer.key_dtype
        )
        self.key_dtype, self.value_dtype = dtypes.as_dtype(wanted), dtypes.int64
        self._name = name or "string_to_index"

    @property
    def resource_handle(self):
        return self._table.resource_handle

    @property
    def initializer(self):
        return self._table.initializer

    init = initializer

    @public
    def size(self, name=None):
        """How many ids there are."""
        known = convert_to_tensor(0, dtypes.int64) if self._table is None else self._table.size()
        return known + self._buckets

    @public
    def lookup(self, keys, name=None):
        """int64 ids of the keys."""
        if isinstance(keys, SparseTensor):
            return keys.with_values(self.lookup(keys.values))
        if isinstance(keys, RaggedTensor):
            return keys.with_flat_values(self.lookup(keys.flat_values))
        keys = convert_to_tensor(keys, dtype_hint=self.key_dtype)
        if keys.dtype is not self.key_dtype:
            raise TypeError(f"the keys are {self.key_dtype.name}, got {keys.dtype.name}")
        text = keys if keys.dtype is dtypes.string else apply_op("AsString", (keys,))
        buckets = apply_op("StringToHashBucketFast", (text,), {"num_buckets": self._buckets})
        if self._table is None:
            return buckets
        inside = keys
        if self._table.key_dtype is not keys.dtype:
            inside = cast(keys, self._table.key_dtype)
        ids = self._table.lookup(inside)
        buckets = buckets + self._table.size()
        known = apply_op("NotEqual", (ids, self._table.default_value))
        return apply_op("SelectV2", (known, ids, buckets), None, name)


class _MutableTable(_Table):
    @public
    def lookup(self, keys, dynamic_default_values=None, name=None):
        """The values of keys; the default (that of the table if None) for what is not there."""
        default = self._default if dynamic_default_values is None else dynamic_default_values
        return self._find(keys, default, name)

    @public
    def insert(self, keys, values, name=None):
        """Gives keys these values."""
        args = (
            self.resource_handle,
            convert_to_tensor(keys, self.key_dtype),
            convert_to_tensor(values, self.value_dtype),
        )
        return apply_op("LookupTableInsertV2", args, None, name)

    insert_or_assign = insert

    @public
    def remove(self, keys, name=None):
        """Takes keys out."""
        args = (self.resource_handle, convert_to_tensor(keys, self.key_dtype))
        return apply_op("LookupTableRemoveV2", args, None, name)

    erase = remove


class MutableHashTable(_MutableTable):
    """A table that steps change."""

    @public
    def __init__(
        self,
        key_dtype,
        value_dtype,
        default_value,
        name="MutableHashTable",
        checkpoint=True,
        experimental_is_anonymous=False,
    ):
        with context.init_scope():
            self._default = convert_to_tensor(default_value, value_dtype)
            if self._default.shape.rank == 0:
                self._make("MutableHashTableV2", key_dtype, value_dtype, name)
            else:
                attrs = {"value_shape": self._default.shape}
                self._make("MutableHashTableOfTensorsV2", key_dtype, value_dtype, name, attrs)


class DenseHashTable(_MutableTable):
    """As MutableHashTable, by open addressing: empty_key and deleted_key are no keys."""

    @public
    def __init__(
        self,
        key_dtype,
        value_dtype,
        default_value,
        empty_key,
        deleted_key,
        initial_num_buckets=None,
        name="MutableDenseHashTable",
        checkpoint=True,
        experimental_is_anonymous=False,
    ):
        with context.init_scope():
            self._default = convert_to_tensor(default_value, value_dtype)
            keys = tuple(convert_to_tensor(k, key_dtype) for k in (empty_key, deleted_key))
            attrs = {"value_shape": TensorShape(self._default.shape)}
            if initial_num_buckets is not None:
                attrs["initial_num_buckets"] = initial_num_buckets
            op = "MutableDenseHashTableV2"
            made = {"value_dtype": dtypes.as_dtype(value_dtype), **attrs}
            self._make(op, keys[0].dtype, value_dtype, name, made, keys)


experimental = _Names(DenseHashTable=DenseHashTable, MutableHashTable=MutableHashTable)

__all__ = [
    "KeyValueTensorInitializer",
    "StaticHashTable",
    "StaticVocabularyTable",
    "TextFileIndex",
    "TextFileInitializer",
    "experimental",
]
