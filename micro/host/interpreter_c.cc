// Opening, tensors, invoking. Memory plans, times and failures are in introspection_c.cc.
#include "micro/host/interpreter_c.h"

#include <cstdio>
#include <cstring>
#include <memory>

#include "micro/core/verifier.h"
#include "micro/host/detection_shapes.h"
#include "micro/host/error_text.h"
#include "micro/host/handle.h"
#include "micro/host/introspection.h"
#include "micro/host/turned_weights.h"

using millrace::micro::CompleteDetectionShape;
using millrace::micro::Error;
using millrace::micro::ErrorText;
using millrace::micro::FinishPlaces;
using millrace::micro::InterpreterOptions;
using millrace::micro::KeepPlaces;
using millrace::micro::MicroInterpreter;
using millrace::micro::OpRegistration;
using millrace::micro::OpResolver;
using millrace::micro::RememberFailure;
using millrace::micro::Shape;
using millrace::micro::Status;
using millrace::micro::SubgraphView;
using millrace::micro::TensorView;
using millrace::micro::TurnWeights;
using millrace::micro::VerifyModel;

namespace {

Status Allocate(mr_micro* micro, size_t model_size, size_t arena_bytes,
                const mr_micro_options& options) {
  InterpreterOptions interpreter_options;
  interpreter_options.preserve_all_tensors = options.preserve_all_tensors != 0;
  interpreter_options.prefer_small_arena = options.large_arena == 0;
  interpreter_options.before_placing = KeepPlaces;
  interpreter_options.before_placing_user = micro;
  if (options.measure_ops != 0) interpreter_options.profiler = micro->clock.profiler();
  micro->arena.reset();
  micro->arena = mr_micro::Zeros(arena_bytes);
  if (micro->arena == nullptr) return Status::kArenaTooSmall;
  micro->interpreter =
      std::make_unique<MicroInterpreter>(micro->model.get(), model_size, micro->resolver,
                                         micro->arena.get(), arena_bytes, interpreter_options);
  if (options.batch > 1) MR_TRY(micro->interpreter->ResizeInputBatch(options.batch));
  MR_TRY(micro->interpreter->AllocateTensors());
  FinishPlaces(micro);
  return Status::kOk;
}

// Tries larger and larger arenas until one does.
Status Open(mr_micro* micro, size_t model_size, const mr_micro_options& options) {
  if (options.arena_bytes != 0) return Allocate(micro, model_size, options.arena_bytes, options);
  constexpr size_t kLargest = size_t{1} << 32;
  size_t bytes = size_t{64} << 10;
  for (;;) {
    const Status status = Allocate(micro, model_size, bytes, options);
    if (status != Status::kArenaTooSmall || bytes >= kLargest || micro->arena == nullptr) {
      return status;
    }
    const size_t needed = (micro->interpreter->error().needed_bytes + 15) / 16 * 16;
    if (needed > kLargest) return status;
    bytes = needed > 2 * bytes ? needed : 2 * bytes;
  }
}

// Weights in the order they are read, where nobody wants to see them as they were. What does not
// verify is left to AllocateTensors, which says why; so is what has compressed weights.
void PrepareWeights(mr_micro* micro, size_t model_size, const mr_micro_options& options) {
  Error ignored;
  if (options.preserve_all_tensors != 0 ||
      VerifyModel(micro->model.get(), model_size, &ignored) != Status::kOk) {
    return;
  }
  micro->turned_ops = TurnWeights(micro->model.get());
  for (int i = 0; i < micro->resolver.size(); ++i) {
    micro->ops.push_back(&micro->resolver.op(i));
    for (const OpRegistration& turned : micro->turned_ops) {
      if (turned.code == micro->ops.back()->code) micro->ops.back() = &turned;
    }
  }
  micro->resolver = OpResolver(micro->ops.data(), micro->resolver.size());
}

Error ErrorOf(const mr_micro& micro) {
  if (micro.arena != nullptr) return micro.interpreter->error();
  Error error;
  error.status = Status::kArenaTooSmall;
  error.reason = MR_WHY("this machine has no memory for such an arena");
  return error;
}

void Describe(TensorView view, mr_micro_tensor* tensor) {
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
}

}  // namespace

mr_micro* mr_micro_open(const void* model, size_t size, const mr_micro_options* options,
                        char* message, size_t message_size) {
  auto micro = std::make_unique<mr_micro>();
  micro->model = mr_micro::Zeros(size);
  if (micro->model == nullptr) size = 0;
  if (size > 0) std::memcpy(micro->model.get(), model, size);
  const mr_micro_options chosen = options == nullptr ? mr_micro_options{} : *options;
  PrepareWeights(micro.get(), size, chosen);
  const Status status = Open(micro.get(), size, chosen);
  if (status == Status::kOk) return micro.release();
  const Error error = ErrorOf(*micro);
  RememberFailure(error);
  if (message != nullptr && message_size > 0) {
    std::snprintf(message, message_size, "%s", ErrorText(error).c_str());
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
  const SubgraphView graph = micro->interpreter->graph().model.subgraph(0);
  return mr_micro_get_tensor(micro, 0,
                             kind == MR_MICRO_INPUT    ? graph.inputs()[index]
                             : kind == MR_MICRO_OUTPUT ? graph.outputs()[index]
                                                       : index,
                             tensor);
}

int32_t mr_micro_get_tensor(const mr_micro* micro, int32_t subgraph, int32_t index,
                            mr_micro_tensor* tensor) {
  const auto& model = micro->interpreter->graph().model;
  if (subgraph < 0 || subgraph >= model.subgraphs().size() || index < 0 ||
      index >= model.subgraph(subgraph).tensors().size()) {
    return static_cast<int32_t>(Status::kInvalidArgument);
  }
  Describe(micro->interpreter->tensor(subgraph, index), tensor);
  CompleteDetectionShape(model, subgraph, index, tensor);
  return 0;
}

int32_t mr_micro_invoke(mr_micro* micro) {
  return static_cast<int32_t>(micro->interpreter->Invoke());
}

int32_t mr_micro_reset(mr_micro* micro) {
  return static_cast<int32_t>(micro->interpreter->Reset());
}
