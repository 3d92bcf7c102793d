#include "core/passes/fuse_update.h"

#include "core/passes/testing.h"

namespace millrace {
namespace {

class FuseUpdateTest : public PassTest {
 protected:
  // var -= rate * a^T b.
  Node* Product(const std::string& name = "product") {
    return Add("MatMul", name, {{Placeholder(name + "_a"), 0}, {Placeholder(name + "_b"), 0}},
               {{{"transpose_a", true}}, {}, ""});
  }
  Node* Update(Node* delta, std::vector<Node*> controls = {}) {
    return Add("ResourceApplyGradientDescent", "update",
               {{Variable("v"), 0}, {Const("rate", 0.1f), 0}, {delta, 0}}, {{}, controls, ""});
  }
  void Fuse(const char* device = "CPU") { ASSERT_TRUE(FuseUpdates(device, &graph_).ok()); }
  int NumFused() const { return CountOp(graph_, "_MatMulApplyGradientDescent"); }
};

TEST_F(FuseUpdateTest, AProductThatOnlyTheUpdateUsesGoesIntoIt) {
  Node* before = Const("before", 1);
  Node* late = Const("late", 1);
  Node* product = Product();
  graph_.AddControlEdge(late, product);
  Node* update = Update(product, {before});
  graph_.SetAssignedDevice(update, kCpu0);
  Node* done = Add("NoOp", "done", {}, {{}, {update}, ""});
  Fuse();
  const Node* fused = graph_.FindNode("update");
  ASSERT_EQ(fused->type(), "_MatMulApplyGradientDescent");
  EXPECT_EQ(Inputs(fused), "v, rate, product_a, product_b, ^before, ^late");
  EXPECT_EQ(Inputs(done), "^update");
  EXPECT_EQ(fused->assigned_device(), kCpu0);
  bool transposed = false, other = true;
  EXPECT_TRUE(fused->GetAttr("transpose_a", &transposed).ok() && transposed);
  EXPECT_TRUE(fused->GetAttr("transpose_b", &other).ok() && !other);
  EXPECT_EQ(CountOp(graph_, "MatMul"), 0);
}

TEST_F(FuseUpdateTest, AProductThatIsSeenElsewhereStays) {
  Node* product = Product();
  Update(product);
  Add("Identity", "seen", {{product, 0}});
  Fuse();
  EXPECT_EQ(NumFused(), 0);
}

TEST_F(FuseUpdateTest, AProductThatOthersWaitForStays) {
  Node* product = Product();
  Update(product);
  Add("NoOp", "waits", {}, {{}, {product}, ""});
  Fuse();
  EXPECT_EQ(NumFused(), 0);
}

TEST_F(FuseUpdateTest, OtherGradientsAndOtherDevicesStay) {
  Update(Product());
  Fuse("TEST");
  EXPECT_EQ(NumFused(), 0);
  Add("ResourceApplyGradientDescent", "other",
      {{Variable("w"), 0}, {Const("half", 0.5f), 0}, {Placeholder("g"), 0}});
  Fuse();
  EXPECT_EQ(NumFused(), 1);
  EXPECT_EQ(graph_.FindNode("other")->type(), "ResourceApplyGradientDescent");
}

}  // namespace
}  // namespace millrace
