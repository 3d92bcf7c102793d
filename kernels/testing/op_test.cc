#include "kernels/testing/op_test.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/thread_pool.h"

namespace millrace {
namespace {

std::vector<Tensor> Copies(const std::vector<OpInput>& inputs, bool owned) {
  std::vector<Tensor> copies;
  for (const OpInput& input : inputs) {
    if (!owned) {
      copies.push_back(input.tensor);
      continue;
    }
    auto clone = input.tensor.Clone();
    EXPECT_TRUE(clone.ok()) << clone.status();
    copies.push_back(clone.ok() ? *std::move(clone) : input.tensor);
  }
  return copies;
}

}  // namespace

OpTest::OpTest(std::initializer_list<RegisterFn> ops) {
  DeviceName name = *DeviceName::Parse("/job:localhost/replica:0/task:0/device:CPU:0");
  device_ = NewCpuDevice(std::move(name), /*incarnation=*/1, ComputePool());
  for (RegisterFn fn : ops) {
    if (absl::Status status = fn(registry_); !status.ok())
      ADD_FAILURE() << "registration: " << status;
  }
  if (absl::Status status = RegisterTestInputs(registry_); !status.ok()) ADD_FAILURE() << status;
}

OpTest::~OpTest() = default;

absl::StatusOr<std::vector<Tensor>> OpTest::Run(absl::string_view op, std::vector<OpInput> inputs,
                                                AttrMap attrs) {
  Graph graph(&registry_);
  auto node = AddOpNode(&graph, op, inputs, attrs, /*constant_inputs=*/false);
  if (!node.ok()) return node.status();
  const std::vector<Tensor> before = Copies(inputs, /*owned=*/true);
  auto result = RunKernel(registry_, device_.get(), **node, Copies(inputs, /*owned=*/false));
  CheckShapes(op, inputs, attrs, result);
  if (!result.ok() || (*node)->op().is_stateful || (*node)->op().has_ref_args()) return result;

  for (size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_TRUE(inputs[i].tensor.BitwiseEquals(before[i]))
        << op << " wrote to input " << i << ", which it does not own";
  }
  auto reusing = RunKernel(registry_, device_.get(), **node, Copies(inputs, /*owned=*/true));
  if (!reusing.ok()) {
    ADD_FAILURE() << op << " fails where it may reuse its inputs: " << reusing.status();
    return result;
  }
  for (size_t i = 0; i < result->size(); ++i) {
    if (!(*result)[i].initialized() || (*result)[i].dtype() == DType::kVariant) continue;
    EXPECT_TENSOR_EQ((*reusing)[i], (*result)[i])
        << op << " computes otherwise where it may reuse its inputs' memory";
  }
  return result;
}

void OpTest::CheckShapes(absl::string_view op, const std::vector<OpInput>& inputs,
                         const AttrMap& attrs, const absl::StatusOr<std::vector<Tensor>>& result) {
  Graph graph(&registry_);
  auto node = AddOpNode(&graph, op, inputs, attrs, /*constant_inputs=*/true);
  if (!node.ok()) {
    EXPECT_FALSE(result.ok()) << op << "'s shape function refuses what its kernel computes: "
                              << node.status();
    return;
  }
  if (!result.ok()) return;
  for (int i = 0; i < (*node)->num_outputs(); ++i) {
    if (IsRef((*node)->output_type(i))) continue;
    EXPECT_TRUE((*node)->output_shape(i).IsCompatibleWith((*result)[i].shape()))
        << op << "'s shape function infers " << (*node)->output_shape(i).ToString()
        << " for output " << i << ", its kernel gives " << (*result)[i].shape().ToString();
  }
}

Tensor OpTest::Run1(absl::string_view op, std::vector<OpInput> inputs, AttrMap attrs) {
  auto result = Run(op, std::move(inputs), std::move(attrs));
  if (!result.ok()) {
    ADD_FAILURE() << op << ": " << result.status();
    return Tensor();
  }
  if (result->empty()) {
    ADD_FAILURE() << op << " has no output";
    return Tensor();
  }
  return std::move(result->front());
}

absl::StatusCode OpTest::Code(absl::string_view op, std::vector<OpInput> inputs, AttrMap attrs) {
  return Run(op, std::move(inputs), std::move(attrs)).status().code();
}

std::string OpTest::InferredShape(absl::string_view op, std::vector<OpInput> inputs,
                                  AttrMap attrs) {
  Graph graph(&registry_);
  auto node = AddOpNode(&graph, op, inputs, std::move(attrs), /*constant_inputs=*/true);
  if (!node.ok()) return absl::StrCat("error: ", node.status().message());
  return (*node)->output_shape(0).ToString();
}

Tensor OpTest::MakeVariable(absl::string_view name, Tensor value) {
  auto variable = std::make_shared<Variable>();
  const Shape shape = value.shape();
  const DType dtype = value.dtype();
  variable->Assign(std::move(value));
  EXPECT_TRUE(resources().Create("", name, variable).ok());
  ResourceHandle handle = resources().MakeHandle("", name, Variable::kTypeName);
  handle.dtypes_and_shapes = {{dtype, shape}};
  return Tensor::Scalar<ResourceHandle>(std::move(handle));
}

Tensor OpTest::ReadVariable(absl::string_view name) {
  auto variable = resources().Lookup<Variable>("", name);
  if (!variable.ok()) {
    ADD_FAILURE() << variable.status();
    return Tensor();
  }
  return (*variable)->Read();
}

}  // namespace millrace
