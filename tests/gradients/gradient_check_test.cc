// Walks the registry: a differentiable op has an example, and its gradient agrees with finite
// differences on all of them; any other op says that it is not differentiable.
#include "kernels/testing/gradient_check.h"

#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "core/base/thread_pool.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/runtime/device.h"
#include "gtest/gtest.h"
#include "kernels/all.h"
#include "kernels/testing/gradient_example.h"

namespace millrace {
namespace {

// Ops let off, each with its reason. Printed; meant to stay as short as it is.
const std::map<std::string, std::string>& Exemptions() {
  static const auto* exemptions = new std::map<std::string, std::string>{[] {
    std::map<std::string, std::string> reasons = {
        {"PreventGradient", "its gradient is an error, as a test below holds it to"}};
    for (const char* op : {"AdjustContrast",
                           "AdjustContrastv2",
                           "AdjustHue",
                           "AdjustSaturation",
                           "BlockLSTMGrad",
                           "BlockLSTMGradV2",
                           "CholeskyGrad",
                           "CropAndResizeGradBoxes",
                           "CropAndResizeGradImage",
                           "Dequantize",
                           "Dilation2DBackpropFilter",
                           "Dilation2DBackpropInput",
                           "FusedPadConv2D",
                           "FusedResizeAndPadConv2D",
                           "GRUBlockCellGrad",
                           "LRNGrad",
                           "LSTMBlockCellGrad",
                           "Lu",
                           "QuantizeV2",
                           "RaggedFillEmptyRowsGrad",
                           "RandomGammaGrad",
                           "ResizeArea",
                           "ScaleAndTranslateGrad",
                           "SelfAdjointEig",
                           "SparseAddGrad",
                           "SparseConcat",
                           "SparseFillEmptyRowsGrad",
                           "SparseSegmentMeanGradV2",
                           "SparseSegmentSqrtNGradV2",
                           "SparseSegmentSumGradV2",
                           "SparseSliceGrad",
                           "SparseSparseMaximum",
                           "SparseSparseMinimum",
                           "SparseSplit"}) {
      reasons[op] = "as in TensorFlow, asking for its gradient is an error";
    }
    for (const char* op : {"Enter", "Exit", "NextIteration", "RefEnter", "RefExit", "RefMerge",
                           "RefNextIteration", "RefSwitch"}) {
      reasons[op] = "of loops in stored graphs; asking for its gradient is UNIMPLEMENTED";
    }
    for (const char* op : {"ImageProjectiveTransformV2", "ImageProjectiveTransformV3"})
      reasons[op] = "as in TensorFlow, its gradient is transformed back, which is near it only";
    for (const char* op : {"RandomGamma", "StatelessRandomGammaV2", "StatelessRandomGammaV3"}) {
      reasons[op] = "its gradient is that of the distribution, not of one draw";
    }
    return reasons;
  }()};
  return *exemptions;
}

class GradientsOfTheRegistry : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(RegisterAllKernels(registry_).ok()); }

  Registry registry_;
};

TEST_F(GradientsOfTheRegistry, EveryOpIsDifferentiableWithAnExampleOrMarked) {
  std::set<std::string> with_example;
  for (const GradientExample& example : GradientExamples()) with_example.insert(example.op);
  for (const OpSchema* op : registry_.List()) {
    if (Exemptions().count(op->name) > 0) continue;
    if (op->gradient == nullptr) {
      EXPECT_TRUE(op->not_differentiable)
          << op->name << " has no gradient and is not marked NotDifferentiable()";
    } else {
      EXPECT_FALSE(op->not_differentiable)
          << op->name << " has a gradient and is marked NotDifferentiable()";
      EXPECT_TRUE(with_example.count(op->name) > 0)
          << op->name << " has a gradient but no MR_GRADIENT_EXAMPLE";
    }
  }
  std::printf("exempt: %zu ops\n", Exemptions().size());
  for (const auto& [op, reason] : Exemptions())
    std::printf("  %s: %s\n", op.c_str(), reason.c_str());
}

TEST_F(GradientsOfTheRegistry, PreventGradientRefusesWithItsMessage) {
  Graph graph(&registry_);
  GraphBuilder b(&graph);
  const Output x = b.Op1("Placeholder", {}, {{"dtype", DType::kFloat}});
  const Output y = b.Op1("PreventGradient", {x}, {{"message", "not through here"}});
  ASSERT_TRUE(b.ok()) << b.status();
  const Endpoint ys[] = {b.ToEndpoint(y)}, xs[] = {b.ToEndpoint(x)};
  const auto gradients = AddGradients(&graph, ys, xs, GradientOptions());
  ASSERT_FALSE(gradients.ok());
  EXPECT_TRUE(absl::StrContains(gradients.status().message(), "not through here"))
      << gradients.status();
}

TEST_F(GradientsOfTheRegistry, AgreeWithFiniteDifferences) {
  DeviceName name = *DeviceName::Parse("/job:localhost/replica:0/task:0/device:CPU:0");
  const std::unique_ptr<Device> device =
      NewCpuDevice(std::move(name), /*incarnation=*/1, ComputePool());
  for (const GradientExample& example : GradientExamples()) {
    EXPECT_NE(registry_.Find(example.op), nullptr)
        << "an example for an unknown op: " << example.op;
    const absl::Status status = CheckGradient(registry_, device.get(), example);
    EXPECT_TRUE(status.ok()) << status;
  }
  std::printf("%zu examples\n", GradientExamples().size());
}

}  // namespace
}  // namespace millrace
