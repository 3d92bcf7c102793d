// The fixture of tests of ops that call functions: a graph and a library of functions, run by a
// plan on one device.
//
//   struct IfTest : FunctionTest { IfTest() : FunctionTest({RegisterFunctionArgs, RegisterIf}) {}
//   }; AddFunction("neg", {DType::kFloat}, {{"n", "Neg", {"a0"}, "", {}, ""}}, {"n:y:0"});
//   Ret(Add("PartitionedCall", {Arg(0, DType::kFloat)}, {{"f", FunctionRef{"neg", nullptr}},
//   ...})); Run({Tensor::Scalar<float>(1)});
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/cancellation.h"
#include "core/base/thread_pool.h"
#include "core/graph/function_library.h"
#include "core/graph/graph.h"
#include "core/graph/registry.h"
#include "core/runtime/device.h"
#include "core/runtime/plan.h"
#include "gtest/gtest.h"

namespace millrace {

class FunctionTest : public testing::Test {
 protected:
  using RegisterFn = absl::Status (*)(Registry&);
  // `ops` must register _Arg and _Retval.
  explicit FunctionTest(std::initializer_list<RegisterFn> ops);
  ~FunctionTest() override;

  // name(a0, a1, ...), of these types -> the values that `rets` name, all of ret_type.
  void AddFunction(const std::string& name, const std::vector<DType>& args,
                   std::vector<NodeSpec> nodes, const std::vector<std::string>& rets,
                   DType ret_type);

  // A node of the graph; a refused one is a test failure, and null.
  Node* Add(const std::string& op, std::vector<Endpoint> inputs, AttrMap attrs);
  // The argument `index` of the graph.
  Endpoint Arg(int index, DType type);
  // Makes output `output` of `node` the graph's next result.
  void Ret(Node* node, int output = 0);
  // The results for these arguments.
  absl::StatusOr<std::vector<Tensor>> Run(std::vector<Tensor> args);

  FunctionLibrary& library() { return *library_; }
  Device* device() { return device_.get(); }
  Cancellation* cancellation() { return &cancellation_; }

 private:
  const std::unique_ptr<ThreadPool> pool_;
  Registry registry_;
  const std::shared_ptr<FunctionLibrary> library_;
  std::unique_ptr<Device> device_;
  std::unique_ptr<FunctionRuntime> runtime_;
  std::unique_ptr<Graph> graph_;
  Cancellation cancellation_;
  int64_t results_ = 0;
};

}  // namespace millrace
