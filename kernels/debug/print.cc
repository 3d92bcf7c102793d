// Print, PrintV2: values shown to people while a graph runs.
#include <atomic>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/env.h"
#include "core/base/logging.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/debug/element_text.h"

namespace millrace {
namespace {

class PrintKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("message", &message_));
    MR_RETURN_IF_ERROR(c.GetAttr("summarize", &summarize_));
    return c.GetAttr("first_n", &first_n_);
  }
  absl::Status Compute(KernelContext& c) override {
    if (first_n_ < 0 || printed_.fetch_add(1) < first_n_) {
      std::string line = message_;
      for (int i = 1; i < c.num_inputs(); ++i)
        absl::StrAppend(&line, "[", ElementText(c.input(i), summarize_), "]");
      line += "\n";
      std::fwrite(line.data(), 1, line.size(), stderr);
    }
    c.set_output(0, c.input(0));
    return absl::OkStatus();
  }

 private:
  std::string message_;
  int64_t summarize_ = 3, first_n_ = -1;
  std::atomic<int64_t> printed_{0};
};

// Writes to a standard stream, to our log, or at the end of a file.
class PrintV2Kernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("end", &end_));
    MR_RETURN_IF_ERROR(c.GetAttr("output_stream", &stream_));
    absl::string_view path = stream_;
    if (absl::ConsumePrefix(&path, "file://") && !path.empty()) {
      path_ = std::string(path);
      return absl::OkStatus();
    }
    for (const char* known : {"stdout", "stderr", "log(info)", "log(warning)", "log(error)"}) {
      if (stream_ == known) return absl::OkStatus();
    }
    return absl::InvalidArgumentError(absl::StrCat("Unknown output stream: ", stream_));
  }
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input is expected to be scalar, but got ", c.input(0).shape().ToString()));
    }
    return Write(absl::StrCat(c.input(0).scalar<std::string>(), end_));
  }

 private:
  absl::Status Write(const std::string& text) const {
    if (!path_.empty()) {
      MR_ASSIGN_OR_RETURN(const auto file, DefaultEnv()->NewAppendableFile(path_));
      MR_RETURN_IF_ERROR(file->Append(text));
      return file->Close();
    }
    if (stream_ == "log(info)") {
      MR_LOG(INFO) << text;
    } else if (stream_ == "log(warning)") {
      MR_LOG(WARNING) << text;
    } else if (stream_ == "log(error)") {
      MR_LOG(ERROR) << text;
    } else {
      std::FILE* to = stream_ == "stdout" ? stdout : stderr;
      std::fwrite(text.data(), 1, text.size(), to);
      std::fflush(to);
    }
    return absl::OkStatus();
  }

  std::string end_, stream_, path_;
};

absl::StatusOr<Gradients> PrintGradient(Builder&, const OpView& op, const Gradients& dy) {
  Gradients result(op.num_inputs());
  result[0] = dy[0];
  return result;
}

}  // namespace

absl::Status RegisterPrint(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("Print")
          .Input("input: T")
          .Input("data: U")
          .Output("output: T")
          .Attr("T: type")
          .Attr("U: list(type) >= 0")
          .Attr("message: string = ''")
          .Attr("first_n: int = -1")
          .Attr("summarize: int = 3")
          .Stateful()
          .Doc("Gives `input` on, and prints `message` and the first `summarize` elements of each "
               "tensor of `data` to stderr, the first `first_n` times (always if negative).")
          .Shape(SameAsInput0)
          .Gradient(PrintGradient)
          .Cpu<PrintKernel>()));
  return r.Add(Op("PrintV2")
                   .Input("input: string")
                   .Attr("output_stream: string = 'stderr'")
                   .Attr("end: string = '\n'")
                   .Stateful()
                   .Doc("Writes a string and `end` to `output_stream`: stdout, stderr, log(info), "
                        "log(warning), log(error) or file://PATH, at whose end it is added.")
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<PrintV2Kernel>());
}

}  // namespace millrace
