// ModelRunner: a model with its arena and interpreter, for tests. On the host only.
#ifndef MILLRACE_MICRO_TESTING_MODEL_RUNNER_H_
#define MILLRACE_MICRO_TESTING_MODEL_RUNNER_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "micro/core/interpreter.h"
#include "micro/testing/model_builder.h"

namespace millrace::micro::testing {

class ModelRunner {
 public:
  // ops: all that the model may use; they outlive the runner.
  template <size_t kCount>
  ModelRunner(const ModelBuilder& model, const OpRegistration* const (&ops)[kCount],
              size_t arena_bytes = 1 << 20, const InterpreterOptions& options = {})
      : ModelRunner(model, OpResolver(ops, kCount), arena_bytes, options) {}
  ModelRunner(const ModelBuilder& model, const OpResolver& ops, size_t arena_bytes,
              const InterpreterOptions& options)
      : model_(model.Build()),
        ops_(ops),
        arena_(std::vector<uint8_t>(arena_bytes, 0xA5)),
        interpreter_(model_.data(), model_.size(), ops_, arena_.data(), arena_bytes, options) {}

  Status Allocate() { return interpreter_.AllocateTensors(); }
  Status Invoke() { return interpreter_.Invoke(); }
  const char* Reason() const {
    return interpreter_.error().reason == nullptr ? "" : interpreter_.error().reason;
  }
  MicroInterpreter& interpreter() { return interpreter_; }

  // The values of all examples of the batch.
  template <typename T>
  ModelRunner& Set(int input, const std::vector<T>& values) {
    std::copy(values.begin(), values.end(), interpreter_.input(input).template data<T>());
    return *this;
  }
  template <typename T>
  std::vector<T> Output(int output) const {
    const TensorView view = interpreter_.output(output);
    const T* data = view.data<T>();
    return std::vector<T>(data, data + view.elements() * interpreter_.batch());
  }

 private:
  ModelBytes model_;
  OpResolver ops_;
  ModelBytes arena_;
  MicroInterpreter interpreter_;
};

}  // namespace millrace::micro::testing

#endif  // MILLRACE_MICRO_TESTING_MODEL_RUNNER_H_
