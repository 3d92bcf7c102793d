#include <gtest/gtest.h>

#include <vector>

#include "micro/host/interpreter_c.h"
#include "micro/testing/custom_options_writer.h"
#include "micro/testing/model_builder.h"

namespace millrace::micro::testing {
namespace {

// A detector of one box whose outputs have no shapes, as converters write it.
ModelBytes Detector() {
  ModelBuilder model;
  const int boxes = model.Add(Input<float>({1, 1, 4})), scores = model.Add(Input<float>({1, 1, 1}));
  const int anchors = model.Add(Constant<float>({1, 4}, {0.5f, 0.5f, 1, 1}));
  std::vector<int32_t> outputs;
  for (int i = 0; i < 4; ++i) outputs.push_back(model.Add(Input<float>({})));
  model.AddCustomOp(
      "TFLite_Detection_PostProcess", {boxes, scores, anchors}, outputs,
      CustomOptionsBytes(
          {{"max_detections", 3}, {"max_classes_per_detection", 2}, {"num_classes", 1}},
          {{"y_scale", 1},
           {"x_scale", 1},
           {"h_scale", 1},
           {"w_scale", 1},
           {"nms_iou_threshold", 0.5f}}));
  model.SetInputs({boxes, scores}).SetOutputs(outputs);
  return model.Build();
}

TEST(DetectionShapes, AreCompleted) {
  const ModelBytes model = Detector();
  char message[256] = "";
  mr_micro* micro = mr_micro_open(model.data(), model.size(), nullptr, message, sizeof(message));
  ASSERT_NE(micro, nullptr) << message;
  mr_micro_tensor input, boxes, classes, count;
  ASSERT_EQ(mr_micro_get(micro, MR_MICRO_INPUT, 1, &input), 0);
  *static_cast<float*>(input.data) = 0.75f;
  ASSERT_EQ(mr_micro_invoke(micro), 0);
  ASSERT_EQ(mr_micro_get(micro, MR_MICRO_OUTPUT, 0, &boxes), 0);
  ASSERT_EQ(mr_micro_get(micro, MR_MICRO_OUTPUT, 1, &classes), 0);
  ASSERT_EQ(mr_micro_get(micro, MR_MICRO_OUTPUT, 3, &count), 0);
  EXPECT_EQ(boxes.rank, 3);
  EXPECT_EQ(boxes.dims[1], 6);
  EXPECT_EQ(boxes.dims[2], 4);
  EXPECT_EQ(boxes.bytes, 6 * 4 * sizeof(float));
  EXPECT_EQ(classes.rank, 2);
  EXPECT_EQ(classes.bytes, 6 * sizeof(float));
  EXPECT_EQ(count.rank, 1);
  EXPECT_EQ(*static_cast<float*>(count.data), 1);
  EXPECT_EQ(static_cast<float*>(boxes.data)[3], 1);
  mr_micro_close(micro);
}

}  // namespace
}  // namespace millrace::micro::testing
