// Print, PrintV2 and Assert: messages that say what tensors hold.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/logging.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

// "[1 2 3...]": at most `summarize` elements, all if it is negative.
std::string Elements(const Tensor& tensor, int64_t summarize) {
  const int64_t n = tensor.num_elements();
  const int64_t most = summarize < 0 ? n : std::min(summarize, n);
  const std::string whole = tensor.DebugString(static_cast<int>(std::min<int64_t>(most, 1 << 20)));
  const size_t begin = whole.find(": ");
  if (begin == std::string::npos) return "[]";
  return absl::StrCat("[", whole.substr(begin + 2, whole.size() - begin - 3), "]");
}

// Inputs from `first` on, each in brackets.
std::string Data(KernelContext& c, int first, int64_t summarize) {
  std::string text;
  for (int i = first; i < c.num_inputs(); ++i)
    absl::StrAppend(&text, Elements(c.input(i), summarize));
  return text;
}

// One call a line, so that the lines of concurrent steps do not mix.
void WriteTo(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

class PrintKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("message", &message_));
    MR_RETURN_IF_ERROR(c.GetAttr("first_n", &first_n_));
    return c.GetAttr("summarize", &summarize_);
  }
  absl::Status Compute(KernelContext& c) override {
    if (first_n_ < 0 || calls_.fetch_add(1, std::memory_order_relaxed) < first_n_) {
      WriteTo(stderr, absl::StrCat(message_, Data(c, 1, summarize_), "\n"));
    }
    c.set_output(0, c.take_input(0));
    return absl::OkStatus();
  }

 private:
  std::string message_;
  int64_t first_n_, summarize_;
  std::atomic<int64_t> calls_{0};
};

class PrintV2Kernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("output_stream", &stream_));
    MR_RETURN_IF_ERROR(c.GetAttr("end", &end_));
    for (absl::string_view known :
         {"stdout", "stderr", "log(info)", "log(warning)", "log(error)"}) {
      if (stream_ == known) return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat("Unknown output stream '", stream_,
                     "': there are stdout, stderr, log(info), log(warning) and log(error)"));
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& input = c.input(0);
    if (input.shape().rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input is expected to be scalar, but got ", input.shape().ToString()));
    }
    const std::string& text = input.scalar<std::string>();
    if (stream_ == "log(info)") {
      MR_LOG(INFO) << text;
    } else if (stream_ == "log(warning)") {
      MR_LOG(WARNING) << text;
    } else if (stream_ == "log(error)") {
      MR_LOG(ERROR) << text;
    } else {
      WriteTo(stream_ == "stdout" ? stdout : stderr, text + end_);
    }
    return absl::OkStatus();
  }

 private:
  std::string stream_, end_;
};

class AssertKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("summarize", &summarize_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& condition = c.input(0);
    if (condition.shape().rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "In[0] should be a scalar: the condition has shape ", condition.shape().ToString()));
    }
    if (condition.scalar<bool>()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("assertion failed: ", Data(c, 1, summarize_)));
  }

 private:
  int64_t summarize_;
};

absl::Status SameAsInput(ShapeContext& c) {
  c.set_output(0, c.input(0));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> PrintGradient(Builder&, const OpView& op, const Gradients& dy) {
  Gradients dx(op.num_inputs());
  dx[0] = dy[0];
  return dx;
}

}  // namespace

absl::Status RegisterPrint(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Print")
                               .Input("input: T")
                               .Input("data: U")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("U: list(type) >= 0")
                               .Attr("message: string = ''")
                               .Attr("first_n: int = -1")
                               .Attr("summarize: int = 3")
                               .Stateful()
                               .Doc("The input; writes `message` and `data` to standard error.\n"
                                    "first_n: only so many times; negative: always. summarize: how "
                                    "many elements of each tensor; negative: all.")
                               .Shape(SameAsInput)
                               .Gradient(PrintGradient)
                               .Cpu<PrintKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("PrintV2")
                               .Input("input: string")
                               .Attr("output_stream: string = 'stderr'")
                               .Attr("end: string = '\\n'")
                               .Stateful()
                               .Doc("Writes a line to stdout, stderr or the log.")
                               .Shape(NoOutputs)
                               .NotDifferentiable()
                               .Cpu<PrintV2Kernel>()));
  return r.Add(Op("Assert")
                   .Input("condition: bool")
                   .Input("data: T")
                   .Attr("T: list(type) >= 1")
                   .Attr("summarize: int = 3")
                   .Stateful()
                   .Doc("INVALID_ARGUMENT, with what `data` holds, unless the condition holds.")
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<AssertKernel>());
}

}  // namespace millrace
