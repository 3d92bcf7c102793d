// What the tests of passes share: a registry of small ops without computation, and short ways to
// build graphs.
#ifndef MILLRACE_CORE_PASSES_TESTING_H_
#define MILLRACE_CORE_PASSES_TESTING_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/graph/function_library.h"
#include "core/graph/graph.h"
#include "core/passes/compile_options.h"
#include "core/passes/step_graph.h"
#include "gtest/gtest.h"

namespace millrace {

// Const, Placeholder, NoOp, Identity, Neg, Add, Split2 (two outputs), Shape, Size, Rank, Random
// (stateful), the ops of resource and reference variables, calls, While, the primitives of loops,
// and the passes' private ops. Kernels are registered for CPU; for Neg, Add and Const also for
// TEST.
std::unique_ptr<Registry> TinyRegistry();

class PassTest : public ::testing::Test {
 protected:
  PassTest() : registry_(TinyRegistry()), graph_(registry_.get()) {}

  struct Options {
    AttrMap attrs;
    std::vector<Node*> controls;
    std::string device;
  };
  // Adds a node; a failure fails the test and gives null. The second form is without options.
  Node* Add(const std::string& op, const std::string& name, std::vector<Endpoint> inputs,
            Options options);
  Node* Add(const std::string& op, const std::string& name, std::vector<Endpoint> inputs = {}) {
    return Add(op, name, std::move(inputs), Options());
  }
  Node* Const(const std::string& name, float value, Options options = {});
  Node* Placeholder(const std::string& name, PartialShape shape = PartialShape());
  // A float variable's handle.
  Node* Variable(const std::string& name, const std::string& device = "");

  // A function f(x) of floats: `nodes` are over "x", the result is `ret`.
  void AddFunction(const std::string& name, std::vector<NodeSpec> nodes, const std::string& ret,
                   std::vector<std::string> control_rets = {}, AttrMap attrs = {});
  // A call of it.
  Node* Call(const std::string& name, const std::string& function, Endpoint x, Options options = {},
             bool stateful = false);

  // The whole graph as a step that requires `nodes`.
  StepGraph Step(std::vector<Node*> nodes);

  std::unique_ptr<Registry> registry_;
  Graph graph_;
};

// "neg(add, ^init)": a node's inputs by name, those of an output other than the first with its
// number.
std::string Inputs(const Node* node);
// The names of all nodes, sorted, with spaces between.
std::string NodeNames(const Graph& graph);
int CountOp(const Graph& graph, const std::string& op);
// Computes Neg, Add and Identity of float scalars; others are UNIMPLEMENTED.
absl::StatusOr<std::vector<Tensor>> EvaluateTiny(const Node& node, absl::Span<const Tensor> inputs);
// Devices by full name, the incarnation of each its position and 100.
std::vector<DeviceInfo> Devices(std::vector<std::string> full_names);
inline constexpr char kCpu0[] = "/job:localhost/replica:0/task:0/device:CPU:0";
inline constexpr char kCpu1[] = "/job:localhost/replica:0/task:0/device:CPU:1";
inline constexpr char kTest0[] = "/job:localhost/replica:0/task:0/device:TEST:0";

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_TESTING_H_
