// EagerBuilder: a Builder whose ops run at once. With it gradient functions and optimizers work on
// values.
#ifndef MILLRACE_CORE_EAGER_EAGER_BUILDER_H_
#define MILLRACE_CORE_EAGER_EAGER_BUILDER_H_

#include <vector>

#include "core/eager/execute.h"
#include "core/graph/builder.h"

namespace millrace {

// Used by one thread. Output.node is an index into the builder's own table of tensors.
class EagerBuilder final : public Builder {
 public:
  // Both must outlive the builder; `tapes`, which record what runs, may be null.
  explicit EagerBuilder(EagerContext* context, TapeStack* tapes = nullptr)
      : context_(context), tapes_(tapes) {}

  Output Import(EagerTensor tensor);
  // REQUIRES: x.valid(), and given by this builder since the last Forget.
  const EagerTensor& tensor(Output x) const { return tensors_[x.node]; }

  // Tensors after the first `size` are let go: their memory is free once nobody else holds them.
  size_t size() const { return tensors_.size(); }
  void Forget(size_t size) { tensors_.resize(size); }

  // Where ops run from now on; empty: as EagerContext::Execute chooses.
  void set_device(std::string device) { device_ = std::move(device); }

  DType dtype(Output x) const override;
  PartialShape shape(Output x) const override;
  std::optional<Tensor> value(Output x) const override;
  const HandleData* handle_data(Output x) const override;
  FunctionLibrary& library() override { return context_->library(); }
  const Registry& registry() const override { return context_->registry(); }

 protected:
  // Control inputs have run already.
  absl::StatusOr<Outputs> DoOp(absl::string_view op, absl::Span<const Output> inputs, AttrMap attrs,
                               absl::Span<const Output> control_inputs) override;

 private:
  EagerContext* const context_;
  TapeStack* const tapes_;
  std::vector<EagerTensor> tensors_;
  std::string device_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_EAGER_EAGER_BUILDER_H_
