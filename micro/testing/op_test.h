// OpTest: runs one op in a model of its own. On the host only.
//
//   OpTest op(kReluOp);
//   op.Add(Input<float>({4}, {-1, 0, 1, 2})).AddOutput(Input<float>({4}));
//   ASSERT_EQ(op.Run(), Status::kOk);
//   EXPECT_THAT(op.Output<float>(), ElementsAre(0, 0, 1, 2));
#ifndef MILLRACE_MICRO_TESTING_OP_TEST_H_
#define MILLRACE_MICRO_TESTING_OP_TEST_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "micro/core/interpreter.h"
#include "micro/testing/model_builder.h"

namespace millrace::micro::testing {

class OpTest {
 public:
  explicit OpTest(const OpRegistration& op);

  // Inputs and outputs in the op's order. Inputs that are neither constants nor variables are fed.
  OpTest& Add(const TestTensor& input);
  OpTest& AddMissing();  // an optional input that is not there
  OpTest& AddOutput(const TestTensor& output);
  OpTest& AddIntermediate(const TestTensor& tensor);
  OpTest& Set(const Options& options);              // of a builtin op
  OpTest& SetCustom(std::vector<uint8_t> options);  // of a custom op
  OpTest& SetVersion(int version);
  OpTest& PreferSmallArena(bool small);

  // Builds, allocates, feeds, invokes once.
  Status Run();
  // Invokes again, state kept, inputs fed again.
  Status RunAgain();
  // What the reason of the last failure says; "" after success.
  const char* Reason() const;
  MicroInterpreter& interpreter() { return *interpreter_; }

  template <typename T>
  std::vector<T> Output(int i = 0) const {
    const TensorView view = interpreter_->output(i);
    return std::vector<T>(view.data<T>(), view.data<T>() + view.elements());
  }

 private:
  Status Feed();

  const OpRegistration& op_;
  const OpRegistration* ops_[1];
  ModelBuilder builder_;
  std::vector<TestTensor> inputs_;
  std::vector<int32_t> input_indices_;
  std::vector<int32_t> fed_;  // graph inputs
  std::vector<int32_t> outputs_;
  std::vector<int32_t> intermediates_;
  Options options_;
  std::vector<uint8_t> custom_options_;
  InterpreterOptions interpreter_options_;
  std::unique_ptr<ModelBytes> model_;
  std::unique_ptr<ModelBytes> arena_;
  std::unique_ptr<OpResolver> resolver_;  // over ops_, once this object does not move any more
  std::unique_ptr<MicroInterpreter> interpreter_;
};

}  // namespace millrace::micro::testing

#endif  // MILLRACE_MICRO_TESTING_OP_TEST_H_
