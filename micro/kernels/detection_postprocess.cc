#include "micro/kernels/detection_postprocess.h"

#include <cmath>

#include "micro/kernels/common/custom_options.h"
#include "micro/kernels/common/partial_sort.h"

namespace millrace::micro {
namespace {

enum Inputs { kEncodings, kScores, kAnchors };
enum Outputs { kBoxes, kClasses, kBestScores, kCount };

struct Box {
  float top, left, bottom, right;
};

// A detection.
struct Found {
  float score;
  int32_t box;
  int32_t class_index;
};

struct Data {
  float y_scale, x_scale, height_scale, width_scale;
  float score_threshold, overlap_threshold;
  int32_t max_detections, detections_per_class;
  int32_t most_classes;           // of a detection, as asked for,
  int32_t classes_per_detection;  // and that there are
  int32_t classes, background;    // `background` classes come before the others
  bool by_class;
  int32_t* order;     // of the boxes
  float* best;        // the fast way: each box's best score; by class: nullptr
  int32_t* selected;  // at most max_detections or detections_per_class
  Box* decoded;       // of the selected
  Found* found;       // by class: the best of all classes up to now, and those of the class
};

// A tensor of floats, or of bytes with a scale.
class Values {
 public:
  explicit Values(const TensorView& tensor)
      : data_(tensor.raw()),
        type_(tensor.type()),
        scale_(tensor.scale()),
        zero_point_(tensor.zero_point()) {}
  float operator[](int32_t i) const {
    if (type_ == TensorType::kFloat32) return static_cast<const float*>(data_)[i];
    const int32_t steps = type_ == TensorType::kUInt8 ? static_cast<const uint8_t*>(data_)[i]
                                                      : static_cast<const int8_t*>(data_)[i];
    return scale_ * static_cast<float>(steps - zero_point_);
  }

 private:
  const void* data_;
  TensorType type_;
  float scale_;
  int32_t zero_point_;
};

Status CheckTensors(const OpContext& context) {
  for (int i = kEncodings; i <= kAnchors; ++i) {
    const TensorType type = context.input(i).type();
    MR_ENSURE(
        context,
        type == TensorType::kFloat32 || type == TensorType::kUInt8 || type == TensorType::kInt8,
        Status::kUnsupportedType, "an input is neither float32 nor of bytes");
  }
  for (int i = kBoxes; i <= kCount; ++i) {
    MR_ENSURE(context, context.output(i).type() == TensorType::kFloat32, Status::kUnsupportedType,
              "an output is not float32");
  }
  const Shape boxes = context.input(kEncodings).shape(), scores = context.input(kScores).shape();
  const Shape anchors = context.input(kAnchors).shape();
  MR_ENSURE(context, boxes.rank == 3 && boxes[0] == 1 && boxes[1] > 0 && boxes[2] >= 4,
            Status::kInvalidShape, "the encoded boxes are not [1, boxes, 4 or more]");
  MR_ENSURE(context, scores.rank == 3 && scores[0] == 1 && scores[1] == boxes[1],
            Status::kInvalidShape, "the scores are not [1, boxes, classes]");
  MR_ENSURE(context, anchors.rank == 2 && anchors[0] == boxes[1] && anchors[1] == 4,
            Status::kInvalidShape, "the anchors are not [boxes, 4]");
  return Status::kOk;
}

Status ReadOptions(const OpContext& context, Data* data) {
  const CustomOptions options(context.custom_options());
  data->y_scale = options.Float("y_scale", 0.0f);
  data->x_scale = options.Float("x_scale", 0.0f);
  data->height_scale = options.Float("h_scale", 0.0f);
  data->width_scale = options.Float("w_scale", 0.0f);
  MR_ENSURE(context,
            data->y_scale != 0.0f && data->x_scale != 0.0f && data->height_scale != 0.0f &&
                data->width_scale != 0.0f,
            Status::kInvalidModel, "a scale of the boxes is 0 or not given");
  data->score_threshold = options.Float("nms_score_threshold", 0.0f);
  data->overlap_threshold = options.Float("nms_iou_threshold", 0.0f);
  MR_ENSURE(context, data->overlap_threshold > 0.0f && data->overlap_threshold <= 1.0f,
            Status::kInvalidModel, "nms_iou_threshold is not in (0, 1]");
  data->max_detections = options.Int("max_detections", 0);
  data->by_class = options.Bool("use_regular_nms", false);
  data->detections_per_class = options.Int("detections_per_class", 100);
  data->classes = options.Int("num_classes", 0);
  data->background = context.input(kScores).shape().last() - data->classes;
  MR_ENSURE(context, data->classes > 0 && (data->background == 0 || data->background == 1),
            Status::kInvalidShape, "there are not num_classes scores a box, or one more");
  const int32_t most = options.Int("max_classes_per_detection", 0);
  MR_ENSURE(context, data->max_detections > 0 && most > 0 && data->detections_per_class > 0,
            Status::kInvalidModel, "a number of detections or classes is not positive");
  data->most_classes = most;
  data->classes_per_detection = most < data->classes ? most : data->classes;
  return Status::kOk;
}

// Of each output but the last, by its number.
constexpr int32_t kValues[] = {4, 1, 1};

// Sees to room for `count` floats.
Status PlaceOutput(const OpContext& context, int i, int32_t count) {
  const TensorView output = context.output(i);
  if (output.elements() >= count) return Status::kOk;
  MR_ENSURE(context, output.rank() == 0, Status::kInvalidShape,
            "an output is too small for the most that may be found");
  float* memory;
  MR_TRY(context.AllocateArray(static_cast<size_t>(count), &memory));
  context.SetOutputData(i, memory);
  return Status::kOk;
}

Status PlaceOutputs(const OpContext& context) {
  const int32_t n = MostDetections(context.custom_options());
  MR_ENSURE(context, n > 0, Status::kInvalidModel, "the numbers of detections are out of range");
  for (int i = kBoxes; i < kCount; ++i) MR_TRY(PlaceOutput(context, i, n * kValues[i]));
  return PlaceOutput(context, kCount, 1);
}

template <typename T>
Status Request(const OpContext& context, int64_t count, T** where) {
  MR_ENSURE(context, count * static_cast<int64_t>(sizeof(T)) <= INT32_MAX, Status::kInvalidShape,
            "there are too many boxes");
  return context.RequestScratch(static_cast<size_t>(count) * sizeof(T), where);
}

Status Prepare(OpContext& context) {
  MR_TRY(CheckTensors(context));
  Data* data;
  MR_TRY(context.NewData(&data));
  MR_TRY(ReadOptions(context, data));
  MR_TRY(PlaceOutputs(context));
  const int32_t boxes = context.input(kScores).dim(1);
  int32_t most = data->by_class ? data->detections_per_class : data->max_detections;
  if (most > boxes) most = boxes;
  MR_TRY(Request(context, boxes, &data->order));
  MR_TRY(Request(context, most, &data->selected));
  MR_TRY(Request(context, most, &data->decoded));
  if (data->by_class) return Request(context, int64_t{data->max_detections} + most, &data->found);
  // As many classes as boxes may have to be put in order.
  MR_TRY(Request(context, data->classes, &data->found));
  return Request(context, boxes, &data->best);
}

Box Decode(const OpContext& context, const Data& data, int32_t i) {
  const Values encodings(context.input(kEncodings)), anchors(context.input(kAnchors));
  const int32_t at = i * context.input(kEncodings).dim(2), anchor = 4 * i;
  const float height = anchors[anchor + 2], width = anchors[anchor + 3];
  const float y = encodings[at] / data.y_scale * height + anchors[anchor];
  const float x = encodings[at + 1] / data.x_scale * width + anchors[anchor + 1];
  const float half_height = 0.5f * std::exp(encodings[at + 2] / data.height_scale) * height;
  const float half_width = 0.5f * std::exp(encodings[at + 3] / data.width_scale) * width;
  return {y - half_height, x - half_width, y + half_height, x + half_width};
}

float Smaller(float a, float b) { return a < b ? a : b; }
float Larger(float a, float b) { return a > b ? a : b; }

// The part of both boxes that is common to them.
float Overlap(const Box& a, const Box& b) {
  const float area_a = (a.bottom - a.top) * (a.right - a.left);
  const float area_b = (b.bottom - b.top) * (b.right - b.left);
  if (area_a <= 0.0f || area_b <= 0.0f) return 0.0f;
  const float height = Smaller(a.bottom, b.bottom) - Larger(a.top, b.top);
  const float width = Smaller(a.right, b.right) - Larger(a.left, b.left);
  const float common = Larger(height, 0.0f) * Larger(width, 0.0f);
  return common / (area_a + area_b - common);
}

// Writes to data.selected, best first, boxes that overlap none better; score(box) is its score.
template <typename Score>
int32_t Suppress(const OpContext& context, const Data& data, int32_t most, const Score& score) {
  const int32_t boxes = context.input(kScores).dim(1);
  int32_t candidates = 0;
  for (int32_t i = 0; i < boxes; ++i) {
    if (score(i) >= data.score_threshold) data.order[candidates++] = i;
  }
  PartialSort(data.order, candidates, candidates, [&](int32_t a, int32_t b) {
    const float of_a = score(a), of_b = score(b);
    return of_a > of_b || (of_a == of_b && a < b);
  });
  int32_t count = 0;
  for (int32_t i = 0; i < candidates && count < most; ++i) {
    const Box box = Decode(context, data, data.order[i]);
    bool is_free = true;
    for (int32_t j = 0; j < count && is_free; ++j) {
      is_free = !(Overlap(data.decoded[j], box) > data.overlap_threshold);
    }
    if (!is_free) continue;
    data.decoded[count] = box;
    data.selected[count++] = data.order[i];
  }
  return count;
}

void Write(const OpContext& context, int32_t at, const Box& box, const Found& found) {
  float* boxes = context.output_data<float>(kBoxes) + 4 * at;
  boxes[0] = box.top;
  boxes[1] = box.left;
  boxes[2] = box.bottom;
  boxes[3] = box.right;
  context.output_data<float>(kClasses)[at] = static_cast<float>(found.class_index);
  context.output_data<float>(kBestScores)[at] = found.score;
}

// Of equal scores that of the lower class, then that of the box which comes first.
bool IsBetter(const Found& a, const Found& b) {
  if (a.score != b.score) return a.score > b.score;
  return a.class_index != b.class_index ? a.class_index < b.class_index : a.box < b.box;
}

// The best classes of a box, best first.
const Found* BestClasses(const OpContext& context, const Data& data, int32_t box) {
  const Values scores(context.input(kScores));
  const int32_t at = box * (data.classes + data.background) + data.background;
  for (int32_t c = 0; c < data.classes; ++c) data.found[c] = {scores[at + c], box, c};
  PartialSort(data.found, data.classes, data.classes_per_detection, IsBetter);
  return data.found;
}

int32_t FindFast(const OpContext& context, const Data& data) {
  const int32_t boxes = context.input(kScores).dim(1);
  for (int32_t i = 0; i < boxes; ++i) data.best[i] = BestClasses(context, data, i)->score;
  const int32_t count =
      Suppress(context, data, data.max_detections, [&](int32_t i) { return data.best[i]; });
  const int32_t classes = data.classes_per_detection;
  for (int32_t i = 0; i < count; ++i) {
    const Found* best = BestClasses(context, data, data.selected[i]);
    for (int32_t c = 0; c < classes; ++c) {
      Write(context, i * data.most_classes + c, data.decoded[i], best[c]);
    }
  }
  return count;
}

int32_t FindByClass(const OpContext& context, const Data& data) {
  const Values scores(context.input(kScores));
  const int32_t pitch = data.classes + data.background;
  int32_t total = 0;
  for (int32_t c = 0; c < data.classes; ++c) {
    const auto score = [&](int32_t box) { return scores[box * pitch + data.background + c]; };
    const int32_t count = Suppress(context, data, data.detections_per_class, score);
    for (int32_t i = 0; i < count; ++i) {
      data.found[total + i] = {score(data.selected[i]), data.selected[i], c};
    }
    total += count;
    const int32_t kept = total < data.max_detections ? total : data.max_detections;
    PartialSort(data.found, total, kept, IsBetter);
    total = kept;
  }
  for (int32_t i = 0; i < total; ++i) {
    Write(context, i, Decode(context, data, data.found[i].box), data.found[i]);
  }
  return total;
}

Status Invoke(OpContext& context) {
  const Data& data = context.data<Data>();
  const int32_t n = MostDetections(context.custom_options());
  for (int i = kBoxes; i < kCount; ++i) {
    const TensorView output = context.output(i);
    const int32_t count = n * kValues[i] > output.elements() ? n * kValues[i] : output.elements();
    for (int32_t k = 0; k < count; ++k) output.data<float>()[k] = 0.0f;
  }
  const int32_t count = data.by_class ? FindByClass(context, data) : FindFast(context, data);
  *context.output_data<float>(kCount) = static_cast<float>(count);
  return Status::kOk;
}

}  // namespace

int32_t MostDetections(fb::Vector<uint8_t> custom_options) {
  const CustomOptions options(custom_options);
  const int64_t most = options.Int("max_detections", 0);
  const int64_t classes = options.Int("max_classes_per_detection", 0);
  constexpr int64_t kMost = INT32_MAX / 64;
  return most <= 0 || classes <= 0 || most > kMost || classes > kMost || most * classes > kMost
             ? 0
             : static_cast<int32_t>(most * classes);
}

const OpRegistration kTFLite_Detection_PostProcessOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "TFLite_Detection_PostProcess",
    .min_inputs = 3,
    .max_inputs = 3,
    .min_outputs = 4,
    .max_outputs = 4,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
