#include "micro/testing/op_test.h"

#include <cstring>

namespace millrace::micro::testing {

OpTest::OpTest(const OpRegistration& op) : op_(op), ops_{&op} {}

OpTest& OpTest::Add(const TestTensor& input) {
  const int index = builder_.Add(input);
  input_indices_.push_back(index);
  if (!input.is_constant && !input.is_variable) {
    fed_.push_back(index);
    inputs_.push_back(input);
  }
  return *this;
}

OpTest& OpTest::AddMissing() {
  input_indices_.push_back(-1);
  return *this;
}

OpTest& OpTest::AddOutput(const TestTensor& output) {
  outputs_.push_back(builder_.Add(output));
  return *this;
}

OpTest& OpTest::AddIntermediate(const TestTensor& tensor) {
  intermediates_.push_back(builder_.Add(tensor));
  return *this;
}

OpTest& OpTest::Set(const Options& options) {
  options_ = options;
  return *this;
}

OpTest& OpTest::SetCustom(std::vector<uint8_t> options) {
  custom_options_ = std::move(options);
  return *this;
}

OpTest& OpTest::SetVersion(int version) {
  builder_.SetOpVersion(version);
  return *this;
}

OpTest& OpTest::PreferSmallArena(bool small) {
  interpreter_options_.prefer_small_arena = small;
  return *this;
}

Status OpTest::Run() {
  if (op_.code == BuiltinOp::kCustom) {
    builder_.AddCustomOp(op_.custom_name, input_indices_, outputs_, custom_options_);
  } else {
    builder_.AddOp(op_.code, input_indices_, outputs_, options_, intermediates_);
  }
  builder_.SetInputs(fed_).SetOutputs(outputs_);
  constexpr size_t kArenaBytes = 4 << 20;
  model_ = std::make_unique<ModelBytes>(builder_.Build());
  arena_ = std::make_unique<ModelBytes>(std::vector<uint8_t>(kArenaBytes));
  resolver_ = std::make_unique<OpResolver>(ops_, 1);
  interpreter_ =
      std::make_unique<MicroInterpreter>(model_->data(), model_->size(), *resolver_, arena_->data(),
                                         kArenaBytes, interpreter_options_);
  MR_TRY(interpreter_->AllocateTensors());
  return RunAgain();
}

Status OpTest::RunAgain() {
  MR_TRY(Feed());
  return interpreter_->Invoke();
}

Status OpTest::Feed() {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const TensorView view = interpreter_->input(static_cast<int>(i));
    if (inputs_[i].data.size() != view.bytes()) return Status::kInvalidArgument;
    if (view.bytes() != 0) std::memcpy(view.raw(), inputs_[i].data.data(), view.bytes());
  }
  return Status::kOk;
}

const char* OpTest::Reason() const {
  const char* reason = interpreter_->error().reason;
  return reason == nullptr ? "" : reason;
}

}  // namespace millrace::micro::testing
