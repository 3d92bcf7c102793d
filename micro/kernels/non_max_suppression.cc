#include "micro/kernels/non_max_suppression.h"

#include <cmath>

#include "micro/kernels/common/indices.h"

namespace millrace::micro {
namespace {

enum Inputs { kBoxes, kScores, kMost, kOverlap, kLeastScore, kSigma };

struct Data {
  float* scores;      // as lowered; below the threshold: out
  int32_t* compared;  // of each box: how many of the selected have lowered its score
};

bool IsSoft(const OpContext& context) { return context.code() == BuiltinOp::kNonMaxSuppressionV5; }

int NumberOutput(const OpContext& context) { return IsSoft(context) ? 2 : 1; }

Status CheckMost(const OpContext& context) {
  MR_ENSURE(context, *context.input_data<int32_t>(kMost) == context.output().elements(),
            Status::kInvalidShape, "the output has not as many elements as may be selected");
  return Status::kOk;
}

Status CheckTypes(const OpContext& context) {
  const TensorType real = TensorType::kFloat32, whole = TensorType::kInt32;
  bool fit =
      context.output(0).type() == whole && context.output(NumberOutput(context)).type() == whole;
  for (int i = 0; i < context.num_inputs(); ++i) {
    fit = fit && context.input(i).type() == (i == kMost ? whole : real);
  }
  if (IsSoft(context)) fit = fit && context.output(1).type() == real;
  MR_ENSURE(context, fit, Status::kUnsupportedType, "no kernel for the types of the tensors");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  MR_TRY(CheckTypes(context));
  const Shape boxes = context.input(kBoxes).shape();
  MR_ENSURE(context, boxes.rank == 2 && boxes[1] == 4, Status::kInvalidShape,
            "the boxes are not [n, 4]");
  MR_ENSURE(context, context.input(kScores).elements() == boxes[0], Status::kInvalidShape,
            "there is not one score a box");
  for (int i = kMost; i < context.num_inputs(); ++i) {
    MR_ENSURE(context, context.input(i).elements() == 1, Status::kInvalidShape,
              "a limit is not one element");
  }
  MR_ENSURE(context,
            context.output(NumberOutput(context)).elements() == 1 &&
                (!IsSoft(context) || context.output(1).elements() == context.output(0).elements()),
            Status::kInvalidShape, "the outputs do not fit each other");
  if (IsConstant(context.input(kMost))) MR_TRY(CheckMost(context));
  Data* data;
  MR_TRY(context.NewData(&data));
  const size_t n = static_cast<size_t>(boxes[0]);
  MR_TRY(context.RequestScratch(n * sizeof(float), &data->scores));
  return context.RequestScratch(n * sizeof(int32_t), &data->compared);
}

struct Span {
  float low, high;
  float length() const { return high - low; }
};

Span SpanOf(float a, float b) { return a < b ? Span{a, b} : Span{b, a}; }

float Common(Span a, Span b) {
  const float length = (a.high < b.high ? a.high : b.high) - (a.low > b.low ? a.low : b.low);
  return length > 0.0f ? length : 0.0f;
}

float Overlap(const float* a, const float* b) {
  const Span ay = SpanOf(a[0], a[2]), ax = SpanOf(a[1], a[3]);
  const Span by = SpanOf(b[0], b[2]), bx = SpanOf(b[1], b[3]);
  const float area_a = ay.length() * ax.length(), area_b = by.length() * bx.length();
  if (area_a <= 0.0f || area_b <= 0.0f) return 0.0f;
  const float common = Common(ay, by) * Common(ax, bx);
  return common / (area_a + area_b - common);
}

class Suppression {
 public:
  explicit Suppression(const OpContext& context)
      : boxes_(context.input_data<float>(kBoxes)),
        overlap_(*context.input_data<float>(kOverlap)),
        least_(*context.input_data<float>(kLeastScore)),
        scores_(context.data<Data>().scores),
        compared_(context.data<Data>().compared),
        selected_(context.output_data<int32_t>(0)),
        n_(context.input(kBoxes).dim(0)),
        most_(context.output().elements()) {
    const float sigma = IsSoft(context) ? *context.input_data<float>(kSigma) : 0.0f;
    if (sigma > 0.0f) exponent_ = -0.5f / sigma;
    const float* scores = context.input_data<float>(kScores);
    for (int32_t i = 0; i < n_; ++i) {
      scores_[i] = scores[i];
      compared_[i] = scores[i] > least_ ? 0 : kOut;
    }
  }

  // Returns how many boxes were selected; their scores are score(box).
  int32_t Run() {
    while (count_ < most_) {
      const int32_t best = Best();
      if (best < 0) break;
      const float before = scores_[best];
      if (!Lower(best)) {
        compared_[best] = kOut;
      } else if (scores_[best] == before) {
        compared_[best] = kOut;
        selected_[count_++] = best;
      } else if (!(scores_[best] > least_)) {
        compared_[best] = kOut;
      }
    }
    return count_;
  }

  float score(int32_t box) const { return scores_[box]; }

 private:
  static constexpr int32_t kOut = -1;  // selected or dropped

  int32_t Best() const {
    int32_t best = -1;
    for (int32_t i = 0; i < n_; ++i) {
      if (compared_[i] != kOut && (best < 0 || scores_[i] > scores_[best])) best = i;
    }
    return best;
  }

  // By those of the selected that the box was not compared with yet, the last first. False when one
  // drops it.
  bool Lower(int32_t box) {
    const int32_t done = compared_[box];
    compared_[box] = count_;
    for (int32_t j = count_ - 1; j >= done; --j) {
      const float overlap =
          Overlap(boxes_ + 4 * ptrdiff_t{box}, boxes_ + 4 * ptrdiff_t{selected_[j]});
      if (overlap >= overlap_) return false;
      if (exponent_ != 0.0f) scores_[box] *= std::exp(exponent_ * overlap * overlap);
      if (scores_[box] <= least_) break;
    }
    return true;
  }

  const float* boxes_;
  float overlap_;
  float least_;
  float exponent_ = 0.0f;
  float* scores_;
  int32_t* compared_;
  int32_t* selected_;
  int32_t n_;
  int32_t most_;
  int32_t count_ = 0;
};

Status Invoke(OpContext& context) {
  MR_TRY(CheckMost(context));
  Suppression suppression(context);
  const int32_t most = context.output().elements();
  const int32_t count = suppression.Run();
  auto* selected = context.output_data<int32_t>(0);
  for (int32_t i = 0; i < most; ++i) {
    if (IsSoft(context)) {
      context.output_data<float>(1)[i] = i < count ? suppression.score(selected[i]) : 0.0f;
    }
    if (i >= count) selected[i] = 0;
  }
  *context.output_data<int32_t>(NumberOutput(context)) = count;
  return Status::kOk;
}

}  // namespace

const OpRegistration kNonMaxSuppressionV4Op = {
    .code = BuiltinOp::kNonMaxSuppressionV4,
    .max_version = 1,
    .min_inputs = 5,
    .max_inputs = 5,
    .min_outputs = 2,
    .max_outputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kNonMaxSuppressionV5Op = {
    .code = BuiltinOp::kNonMaxSuppressionV5,
    .max_version = 1,
    .min_inputs = 6,
    .max_inputs = 6,
    .min_outputs = 3,
    .max_outputs = 3,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
