"""Interpreter: runs a .tflite model. Its calls are those of the tflite-micro package."""

import ctypes
import enum
import pathlib
import sys

import numpy as np

from millrace.micro import _library
from millrace.micro.model_file import ModelFile, ModelFileError, numpy_type_of


class InterpreterConfig(enum.Enum):
    kAllocationRecording = 0
    kPreserveAllTensors = 1  # GetTensor works; takes more memory


class MicroError(RuntimeError):
    """What the interpreter refused, and why.

    status is a name such as "INVALID_SHAPE", reason a text; subgraph, op_index, op_name,
    tensor_index and needed_bytes (of an arena that is too small) are None where they say nothing.
    """

    def __init__(self, failure, model):
        self.status = _library.STATUS_NAMES[failure.status]
        self.reason = failure.reason.decode()
        self.subgraph, self.op_index, self.tensor_index = (
            None if n < 0 else n for n in (failure.subgraph, failure.op_index, failure.tensor_index)
        )
        self.needed_bytes = failure.needed_bytes or None
        self.op_name = None
        tensor_name = ""
        try:
            graph = ModelFile(model).subgraphs[self.subgraph or 0]
            if self.op_index is not None:
                self.op_name = graph.operators[self.op_index].name
            if self.tensor_index is not None:
                tensor_name = f" {graph.tensors[self.tensor_index].name!r}"
        except (ModelFileError, IndexError):
            pass  # the model is damaged; numbers must do
        where = []
        if self.subgraph:
            where.append(f"subgraph {self.subgraph}")
        if self.op_index is not None:
            where.append(f"op {self.op_index}" + (f" ({self.op_name})" if self.op_name else ""))
        if self.tensor_index is not None:
            where.append(f"tensor {self.tensor_index}{tensor_name}")
        text = f"{self.status}: {', '.join(where)}{': ' if where else ''}{self.reason}"
        if self.needed_bytes:
            text += f"; at least {self.needed_bytes} bytes are needed"
        super().__init__(text)


class Interpreter:
    """Not thread-safe; several interpreters are independent of each other.

    model_data: the bytes of a .tflite file. custom_op_registerers: accepted for the sake of
    programs written for tflite-micro; every op there is is known already. arena_size: bytes the
    model gets; None: as many as it needs. Raises MicroError for a model that cannot run.
    """

    def __init__(
        self,
        model_data,
        custom_op_registerers=None,
        arena_size=None,
        intrepreter_config=InterpreterConfig.kAllocationRecording,
        alt_decompression_memory_size=0,
        *,
        batch=1,
        large_arena=False,
        measure_ops=False,
    ):
        if model_data is None:
            raise ValueError("Model must not be None")
        if custom_op_registerers is not None and not (
            isinstance(custom_op_registerers, list)
            and all(isinstance(name, str) for name in custom_op_registerers)
        ):
            raise ValueError("Custom ops registerers must be a list of strings")
        if arena_size is not None and not 1 <= arena_size <= sys.maxsize:
            raise ValueError(f"arena_size is {arena_size}; None lets the model decide")
        if not 1 <= batch < 1 << 31:
            raise ValueError(f"batch is {batch}; it is at least 1 and has 31 bits")
        self._model = bytes(memoryview(model_data))
        self._lib = _library.library()
        self._handle = None
        self._batch = batch
        self._preserves = intrepreter_config == InterpreterConfig.kPreserveAllTensors
        options = _library.Options(
            arena_bytes=arena_size or 0,
            batch=batch,
            preserve_all_tensors=self._preserves,
            large_arena=large_arena,
            measure_ops=measure_ops,
        )
        self._handle = self._lib.mr_micro_open(self._model, len(self._model), options, None, 0)
        if not self._handle:
            raise self._error()
        self._invoke = self._lib.mr_micro_invoke

    @classmethod
    def from_file(cls, model_path, *args, **kwargs):
        """From the path of a .tflite file; further arguments as Interpreter's."""
        if model_path is None or not pathlib.Path(model_path).is_file():
            raise ValueError(f"Invalid model file path: {model_path}")
        return cls(pathlib.Path(model_path).read_bytes(), *args, **kwargs)

    @classmethod
    def from_bytes(cls, model_data, *args, **kwargs):
        """From the bytes of a .tflite file; further arguments as Interpreter's."""
        return cls(model_data, *args, **kwargs)

    def __del__(self):
        if getattr(self, "_handle", None):
            self._lib.mr_micro_close(self._handle)
            self._handle = None

    # ---- Running ----

    def set_input(self, input_data, index):
        """Copies an array of the input's type and shape (with a batch: [batch, ...])."""
        if input_data is None:
            raise ValueError("Input data must not be None")
        target = self._array(_library.INPUT, index)
        data = np.asarray(input_data)
        if data.dtype != target.dtype:
            raise ValueError(
                f"Cannot set input {index}: got {data.dtype}, the model takes {target.dtype}"
            )
        if data.shape != target.shape:
            raise ValueError(
                f"Cannot set input {index}: got shape {list(data.shape)}, "
                f"the model takes {list(target.shape)}"
            )
        target[...] = data

    def invoke(self):
        """Runs the model once; 0, or raises MicroError."""
        # Written out, as a small model takes less time than a call.
        if self._invoke(self._handle) != 0:
            raise self._error()
        return 0

    def get_output(self, index):
        """A copy of what the last invoke computed."""
        return self._array(_library.OUTPUT, index).copy()

    def reset(self):
        """Clears all state, as after construction; 0, or raises MicroError."""
        return self._checked(self._lib.mr_micro_reset(self._handle))

    def GetTensor(self, tensor_index, subgraph_index=0):
        """{"dtype", "shape", "tensor_data": a copy of any tensor after invoke}. Only with
        kPreserveAllTensors."""
        if not self._preserves:
            raise RuntimeError(
                "GetTensor needs intrepreter_config=InterpreterConfig.kPreserveAllTensors: "
                "otherwise tensors share memory"
            )
        tensor = _library.Tensor()
        status = self._lib.mr_micro_get_tensor(
            self._handle, subgraph_index, tensor_index, ctypes.byref(tensor)
        )
        if status != 0:
            raise IndexError(f"there is no tensor {tensor_index} in subgraph {subgraph_index}")
        data = self._view(tensor, batch=1).copy()
        return {
            "dtype": data.dtype.type,
            "shape": np.array(tensor.dims[: tensor.rank], np.int32),
            "tensor_data": data,
        }

    # ---- What the model and its memory are like ----

    @property
    def num_inputs(self):
        return self._lib.mr_micro_count(self._handle, _library.INPUT)

    @property
    def num_outputs(self):
        return self._lib.mr_micro_count(self._handle, _library.OUTPUT)

    def get_input_details(self, index):
        """{"shape", "dtype", "quantization_parameters": {"scales", "zero_points",
        "quantized_dimension"}}; shape is one example's."""
        return self._details(_library.INPUT, index)

    def get_output_details(self, index):
        return self._details(_library.OUTPUT, index)

    def memory(self):
        """Bytes of the arena by kind; "total" is the arena that would just do."""
        report = _library.Memory()
        self._lib.mr_micro_memory_report(self._handle, ctypes.byref(report))
        return {kind: getattr(report, kind) for kind in _library.MEMORY_KINDS}

    def print_allocations(self):
        """What the arena is used for, to stderr."""
        memory = self.memory()
        print(f"arena           {memory['total']:>10} bytes", file=sys.stderr)
        for kind in ("planned", "bookkeeping", "lasting"):
            print(f"  {kind:<13} {memory[kind]:>10}", file=sys.stderr)
        for kind in ("tensor_pointers", "op_tables", "op_data", "variables", "padding"):
            print(f"    {kind:<15} {memory[kind]:>6}", file=sys.stderr)

    def op_seconds(self):
        """How long each op of the main graph took in the last invoke. Needs measure_ops=True."""
        count = len(self.model_file.subgraphs[0].operators)
        seconds = (ctypes.c_double * count)()
        self._lib.mr_micro_op_seconds(self._handle, seconds, count)
        return list(seconds)

    def places(self, tensors_only=False):
        """The memory plan: a list of _library.Place; tensors_only: as it were without scratch
        memory."""
        if tensors_only:
            self._lib.mr_micro_place_tensors_only(self._handle)
        result = []
        for i in range(self._lib.mr_micro_places(self._handle)):
            result.append(_library.Place())
            self._lib.mr_micro_get_place(self._handle, i, ctypes.byref(result[-1]))
        return result

    def place_of(self, tensor, subgraph=0):
        """The number of the tensor's place in places(); -1: it has none."""
        return self._lib.mr_micro_place_of(self._handle, subgraph, tensor)

    @property
    def model_file(self):
        return ModelFile(self._model)

    # ---- Inside ----

    def _error(self):
        failure = _library.Failure()
        self._lib.mr_micro_last_failure(self._handle, ctypes.byref(failure))
        return MicroError(failure, self._model)

    def _checked(self, status):
        if status != 0:
            raise self._error()
        return 0

    def _tensor(self, kind, index):
        tensor = _library.Tensor()
        if index is None or index < 0:
            raise ValueError("Index must be a non-negative integer")
        if self._lib.mr_micro_get(self._handle, kind, index, ctypes.byref(tensor)) != 0:
            what = "input" if kind == _library.INPUT else "output"
            count = self._lib.mr_micro_count(self._handle, kind)
            raise IndexError(f"there is no {what} {index}; the model has {count}")
        return tensor

    def _array(self, kind, index):
        return self._view(self._tensor(kind, index), self._batch)

    def _view(self, tensor, batch):
        """An array over the tensor's memory."""
        if not tensor.data:
            raise RuntimeError(f"the graph does not use tensor {tensor.name.decode()!r}")
        shape = tuple(tensor.dims[: tensor.rank])
        dtype = np.dtype(numpy_type_of(tensor.type))
        if tensor.bytes != int(np.prod(shape, dtype=np.int64)) * dtype.itemsize:
            shape = (tensor.bytes,)  # elements smaller than a byte, packed
        if batch > 1:
            # The leading dimension of one example is the batch where there is one.
            shape = (batch, *shape[1:]) if shape[:1] == (1,) else (batch, *shape)
        memory = (ctypes.c_uint8 * (tensor.bytes * batch)).from_address(tensor.data)
        memory.owner = self  # keeps the arena while the array lives
        return np.frombuffer(memory, dtype).reshape(shape)

    def _details(self, kind, index):
        tensor = self._tensor(kind, index)
        graph = self.model_file.subgraphs[0]
        number = (graph.inputs if kind == _library.INPUT else graph.outputs)[index]
        zero_points = graph.tensors[number].zero_points
        return {
            "name": tensor.name.decode(),
            "index": number,
            "shape": np.array(tensor.dims[: tensor.rank], np.int32),
            "dtype": numpy_type_of(tensor.type),
            "quantization_parameters": {
                "scales": np.array(tensor.scales[: tensor.scale_count], np.float32),
                "zero_points": np.array(zero_points, np.int32),
                "quantized_dimension": tensor.quantized_dimension,
            },
        }
