#include "core/passes/place.h"

#include "core/passes/testing.h"

namespace millrace {
namespace {

constexpr char kPs0[] = "/job:ps/replica:0/task:0/device:CPU:0";
constexpr char kPs1[] = "/job:ps/replica:0/task:1/device:CPU:0";
constexpr char kWorker[] = "/job:worker/replica:0/task:0/device:CPU:0";

class PlaceTest : public PassTest {
 protected:
  PlaceTest() { options_.devices = Devices({kWorker, kPs0, kPs1}); }

  Node* On(const std::string& device, const std::string& op, const std::string& name,
           std::vector<Endpoint> inputs = {}) {
    return Add(op, name, std::move(inputs), {{}, {}, device});
  }
  absl::Status Run() {
    step_ = Step({});
    report_ = {};
    return Place(options_, &step_, &report_).status();
  }
  // The device of a node after a successful Run.
  std::string Where(const Node* node) {
    return step_.graph->FindNode(node->name())->assigned_device();
  }

  CompileOptions options_;
  StepGraph step_;
  PlacementReport report_;
};

TEST_F(PlaceTest, PartialRequestsAndTheDefault) {
  Node* a = Add("Random", "a");
  Node* b = On("/job:ps/task:1", "Random", "b");
  Node* c = On("/job:ps", "Random", "c");
  Node* d = On("/cpu:0", "Random", "d");
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Where(a), kWorker);
  EXPECT_EQ(Where(b), kPs1);
  EXPECT_EQ(Where(c), kPs0);
  EXPECT_EQ(Where(d), kWorker);
}

TEST_F(PlaceTest, HandlesDrawTheirOpsToThem) {
  Node* v = On("/job:ps/task:1", "VarHandleOp", "v");
  Node* read = Add("ReadVariableOp", "read", {{v, 0}});
  Node* assign = On("/job:worker", "AssignVariableOp", "assign", {{v, 0}, {read, 0}});
  Node* ref = On("/job:ps/task:0", "VariableV2", "ref");
  Node* update = Add("Assign", "update", {{ref, 0}, {read, 0}});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Where(read), kPs1);
  EXPECT_EQ(Where(assign), kPs1);
  EXPECT_EQ(Where(update), kPs0);
  options_.allow_soft_placement = false;
  EXPECT_EQ(Run().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(PlaceTest, ClassesAreColocated) {
  const auto with = [](const char* anchor) {
    return Options{{{"_class", std::vector<std::string>{anchor}}}, {}, ""};
  };
  Node* a = On("/job:ps/task:1", "Random", "a");
  Node* b = Add("Random", "b", {}, with("loc:@a"));
  Node* c = Add("Random", "c", {}, with("loc:@gone"));
  Node* d = Add("Random", "d", {},
                {{{"_class", std::vector<std::string>{"loc:@gone"}}}, {}, "/job:ps/task:0"});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Where(a), kPs1);
  EXPECT_EQ(Where(b), kPs1);
  EXPECT_EQ(Where(c), kPs0);
  EXPECT_EQ(Where(d), kPs0);
}

TEST_F(PlaceTest, ConstantsFollowTheirConsumersAndShapesTheirInputs) {
  Node* c = Const("c", 1);
  Node* x = On("/job:ps/task:1", "Neg", "x", {{c, 0}});
  Node* shape = Add("Shape", "shape", {{x, 0}});
  Node* both = Const("both", 2);
  On("/job:ps/task:0", "Neg", "y", {{both, 0}});
  Add("Neg", "z", {{both, 0}});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Where(c), kPs1);
  EXPECT_EQ(Where(shape), kPs1);
  EXPECT_EQ(Where(both), kWorker);
}

TEST_F(PlaceTest, ArgsAndRetvalsAreOnTheHostOfTheirNeighbours) {
  options_.devices = Devices({kCpu0, kTest0, kPs0});
  Node* arg = Add("_Arg", "arg", {}, {{{"T", DType::kFloat}, {"index", 0}}, {}, ""});
  Node* neg = On("/device:TEST:0", "Neg", "neg", {{arg, 0}});
  Node* far = On("/job:ps", "Neg", "far", {{neg, 0}});
  Node* ret = Add("_Retval", "ret", {{far, 0}}, {{{"T", DType::kFloat}, {"index", 0}}, {}, ""});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Where(neg), kTest0);
  EXPECT_EQ(Where(arg), kCpu0);
  EXPECT_EQ(Where(ret), kPs0);
}

TEST_F(PlaceTest, SoftPlacementTakesAnotherDeviceOfTheTask) {
  options_.devices = Devices({kCpu0, kTest0, kPs0});
  Node* random = On("/device:TEST:0", "Random", "random");  // has no TEST kernel
  Node* gpu = On("/gpu:0", "Neg", "gpu", {{random, 0}});
  Node* ps = On("/job:ps/gpu:3", "Neg", "ps", {{random, 0}});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Where(random), kCpu0);
  EXPECT_EQ(Where(gpu), kCpu0);
  EXPECT_EQ(Where(ps), kPs0);
}

TEST_F(PlaceTest, WithoutSoftPlacementTheReasonIsGiven) {
  options_.devices = Devices({kCpu0, kTest0});
  options_.allow_soft_placement = false;
  On("/device:TEST:0", "Random", "random");
  absl::Status status = Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("Cannot assign a device for operation random"),
            std::string::npos);
  EXPECT_NE(status.message().find("kernel"), std::string::npos) << status;
}

TEST_F(PlaceTest, AnUnknownDeviceIsRefused) {
  On("/job:nobody", "Random", "lost");
  absl::Status status = Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("lost"), std::string::npos);
  EXPECT_NE(status.message().find("/job:nobody"), std::string::npos);
  EXPECT_NE(status.message().find(kPs1), std::string::npos);  // lists what there is
}

TEST_F(PlaceTest, AMalformedDeviceNamesTheNode) {
  On("/job:worker/what", "Random", "odd");
  absl::Status status = Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("odd"), std::string::npos);
}

TEST_F(PlaceTest, PriorityDecidesWithinATask) {
  options_.devices = Devices({kCpu0, kTest0});
  options_.devices[1].priority = 1;
  Node* random = Add("Random", "random");
  Node* neg = Add("Neg", "neg", {{random, 0}});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Where(random), kCpu0);  // no kernel there
  EXPECT_EQ(Where(neg), kTest0);
}

TEST_F(PlaceTest, ALoopGoesWhereItsHandlesAre) {
  AddFunction("f", {}, "x");
  Node* v = On("/job:ps/task:1", "VarHandleOp", "v");
  Node* x = Placeholder("x");
  const auto with = [](std::vector<DType> types) {
    return Options{{{"T", std::move(types)},
                    {"cond", FunctionRef{"f", nullptr}},
                    {"body", FunctionRef{"f", nullptr}}},
                   {},
                   ""};
  };
  Node* loop = Add("While", "loop", {{v, 0}, {x, 0}}, with({DType::kResource, DType::kFloat}));
  Node* read = Add("ReadVariableOp", "read", {{loop, 0}});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Where(loop), kPs1);
  EXPECT_EQ(Where(read), kPs1);  // through the loop
}

TEST_F(PlaceTest, TheReportTellsWhy) {
  options_.log_placement = true;
  Node* v = On("/job:ps/task:1", "VarHandleOp", "v");
  Add("ReadVariableOp", "read", {{v, 0}});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(report_.ToString(), std::string("v: (VarHandleOp): ") + kPs1 +
                                    " (asked for /job:ps/task:1)\n" + "read: (ReadVariableOp): " +
                                    kPs1 + " (colocated with v, which asked for /job:ps/task:1)\n");
}

}  // namespace
}  // namespace millrace
