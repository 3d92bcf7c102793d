#include "micro/kernels/detection_postprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "micro/testing/custom_options_writer.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

std::map<std::string, int32_t> Counts(bool by_class) {
  return {{"max_detections", 3},
          {"max_classes_per_detection", 1},
          {"num_classes", 2},
          {"use_regular_nms", by_class ? 1 : 0}};
}
std::map<std::string, float> Scales(float overlap = 0.5f) {
  return {{"y_scale", 10},
          {"x_scale", 10},
          {"h_scale", 5},
          {"w_scale", 5},
          {"nms_score_threshold", 0.3f},
          {"nms_iou_threshold", overlap}};
}

// Boxes 0 and 1 overlap nearly wholly, box 2 is elsewhere, box 3 has too small a score. The class
// in front is the background.
void AddTensors(OpTest* op, int32_t found = 3) {
  op->Add(Input<float>({1, 4, 4}, std::vector<float>(16)));
  op->Add(Input<float>({1, 4, 3}, {0, 0.9f, 0.8f, 0, 0.85f, 0.95f, 0, 0.4f, 0, 1, 0.2f, 0.1f}));
  op->Add(Constant<float>({4, 4}, {0.5f, 0.5f, 1, 1, 0.5f, 0.6f, 1, 1,  //
                                   5, 5, 2, 4, 9, 9, 1, 1}));
  op->AddOutput(Input<float>({1, found, 4})).AddOutput(Input<float>({1, found}));
  op->AddOutput(Input<float>({1, found})).AddOutput(Input<float>({1}));
}

TEST(DetectionPostprocess, FastTakesTheBestClassOfABox) {
  OpTest op(kTFLite_Detection_PostProcessOp);
  AddTensors(&op);
  op.SetCustom(CustomOptionsBytes(Counts(false), Scales()));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(0), ElementsAre(FloatEq(0), FloatEq(0.1f), FloatEq(1), FloatEq(1.1f),
                                               4, 3, 6, 7, 0, 0, 0, 0));
  EXPECT_THAT(op.Output<float>(1), ElementsAre(1, 0, 0));
  EXPECT_THAT(op.Output<float>(2), ElementsAre(0.95f, 0.4f, 0));
  EXPECT_THAT(op.Output<float>(3), ElementsAre(2));
}

TEST(DetectionPostprocess, ByClassKeepsTheBestOfEach) {
  OpTest op(kTFLite_Detection_PostProcessOp);
  AddTensors(&op);
  op.SetCustom(CustomOptionsBytes(Counts(true), Scales()));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(1), ElementsAre(1, 0, 0));
  EXPECT_THAT(op.Output<float>(2), ElementsAre(0.95f, 0.9f, 0.4f));
  EXPECT_THAT(op.Output<float>(3), ElementsAre(3));
}

TEST(DetectionPostprocess, AHighThresholdKeepsAll) {
  OpTest op(kTFLite_Detection_PostProcessOp);
  AddTensors(&op);
  op.SetCustom(CustomOptionsBytes(Counts(false), Scales(1)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(2), ElementsAre(0.95f, 0.9f, 0.4f));
}

TEST(DetectionPostprocess, RefusesWhatDoesNotFit) {
  OpTest without(kTFLite_Detection_PostProcessOp);
  AddTensors(&without);
  EXPECT_EQ(without.Run(), Status::kInvalidModel);
  OpTest small(kTFLite_Detection_PostProcessOp);
  AddTensors(&small, 2);
  small.SetCustom(CustomOptionsBytes(Counts(false), Scales()));
  EXPECT_EQ(small.Run(), Status::kInvalidShape);
  for (const auto& [name, value] : {std::pair("max_detections", -1),
                                    {"max_detections", INT32_MAX},
                                    {"num_classes", 4},
                                    {"num_classes", 0},
                                    {"max_classes_per_detection", 0}}) {
    auto counts = Counts(false);
    counts[name] = value;
    OpTest op(kTFLite_Detection_PostProcessOp);
    AddTensors(&op);
    op.SetCustom(CustomOptionsBytes(counts, Scales()));
    EXPECT_NE(op.Run(), Status::kOk) << name << value;
  }
}

}  // namespace
}  // namespace millrace::micro::testing
