#include "micro/host/interpreter_c.h"

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "micro/core/interpreter.h"
#include "micro/host/error_text.h"
#include "micro/kernels/all_ops.h"

using millrace::micro::AllOps;
using millrace::micro::Error;
using millrace::micro::ErrorText;
using millrace::micro::InterpreterOptions;
using millrace::micro::MemoryReport;
using millrace::micro::MicroInterpreter;
using millrace::micro::OpResolver;
using millrace::micro::Shape;
using millrace::micro::Status;
using millrace::micro::TensorView;

namespace {

struct alignas(16) Block {
  uint8_t bytes[16];
};

std::vector<Block> Blocks(size_t bytes) { return std::vector<Block>((bytes + 15) / 16); }

}  // namespace

struct mr_micro {
  std::vector<Block> model;
  std::vector<Block> arena;
  OpResolver resolver = AllOps();
  std::unique_ptr<MicroInterpreter> interpreter;
  std::string error;
};

namespace {

Status Allocate(mr_micro* micro, size_t model_size, size_t arena_bytes,
                const mr_micro_options& options) {
  InterpreterOptions interpreter_options;
  interpreter_options.preserve_all_tensors = options.preserve_all_tensors != 0;
  interpreter_options.prefer_small_arena = options.large_arena == 0;
  micro->arena = Blocks(arena_bytes);
  micro->interpreter =
      std::make_unique<MicroInterpreter>(micro->model.data(), model_size, micro->resolver,
                                         micro->arena.data(), arena_bytes, interpreter_options);
  if (options.batch > 1) MR_TRY(micro->interpreter->ResizeInputBatch(options.batch));
  return micro->interpreter->AllocateTensors();
}

// Tries larger and larger arenas until one does.
Status Open(mr_micro* micro, size_t model_size, const mr_micro_options& options) {
  if (options.arena_bytes != 0) return Allocate(micro, model_size, options.arena_bytes, options);
  constexpr size_t kLargest = size_t{1} << 32;
  size_t bytes = size_t{64} << 10;
  for (;;) {
    const Status status = Allocate(micro, model_size, bytes, options);
    if (status != Status::kArenaTooSmall || bytes >= kLargest) return status;
    const size_t needed = (micro->interpreter->error().needed_bytes + 15) / 16 * 16;
    bytes = needed > 2 * bytes ? needed : 2 * bytes;
  }
}

}  // namespace

mr_micro* mr_micro_open(const void* model, size_t size, const mr_micro_options* options,
                        char* message, size_t message_size) {
  auto micro = std::make_unique<mr_micro>();
  micro->model = Blocks(size);
  if (size > 0) std::memcpy(micro->model.data(), model, size);
  const Status status = Open(micro.get(), size, options == nullptr ? mr_micro_options{} : *options);
  if (status == Status::kOk) return micro.release();
  if (message != nullptr && message_size > 0) {
    std::snprintf(message, message_size, "%s", ErrorText(micro->interpreter->error()).c_str());
  }
  return nullptr;
}

void mr_micro_close(mr_micro* micro) { delete micro; }

int32_t mr_micro_count(const mr_micro* micro, int32_t kind) {
  switch (kind) {
    case MR_MICRO_INPUT:
      return micro->interpreter->num_inputs();
    case MR_MICRO_OUTPUT:
      return micro->interpreter->num_outputs();
    default:
      return micro->interpreter->graph().model.subgraph(0).tensors().size();
  }
}

int32_t mr_micro_get(const mr_micro* micro, int32_t kind, int32_t index, mr_micro_tensor* tensor) {
  if (index < 0 || index >= mr_micro_count(micro, kind)) {
    return static_cast<int32_t>(Status::kInvalidArgument);
  }
  const MicroInterpreter& interpreter = *micro->interpreter;
  const TensorView view = kind == MR_MICRO_INPUT    ? interpreter.input(index)
                          : kind == MR_MICRO_OUTPUT ? interpreter.output(index)
                                                    : interpreter.tensor(0, index);
  const Shape shape = view.shape();
  *tensor = mr_micro_tensor{};
  tensor->name = view.name();
  tensor->type = static_cast<int32_t>(view.type());
  tensor->rank = shape.rank;
  for (int i = 0; i < shape.rank; ++i) tensor->dims[i] = shape[i];
  tensor->bytes = view.bytes();
  tensor->scale = view.scale();
  tensor->zero_point = view.zero_point();
  tensor->scale_count = view.scale_count();
  tensor->quantized_dimension = view.quantized_dimension();
  tensor->scales = view.scales();
  tensor->is_variable = view.is_variable();
  tensor->data = view.raw();
  return 0;
}

int32_t mr_micro_invoke(mr_micro* micro) {
  return static_cast<int32_t>(micro->interpreter->Invoke());
}

int32_t mr_micro_reset(mr_micro* micro) {
  return static_cast<int32_t>(micro->interpreter->Reset());
}

void mr_micro_memory_report(const mr_micro* micro, mr_micro_memory* report) {
  const MemoryReport& m = micro->interpreter->memory();
  *report = {m.tensor_pointers, m.op_tables, m.op_data,     m.variables, m.padding,
             m.lasting,         m.planned,   m.bookkeeping, m.total()};
}

const char* mr_micro_error(mr_micro* micro) {
  micro->error = ErrorText(micro->interpreter->error());
  return micro->error.c_str();
}
