// RegexReplace, RegexFullMatch and their forms with a pattern in an attribute (syntax of RE2).
#include <memory>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/strings/string_map.h"
#include "re2/re2.h"

namespace millrace {
namespace {

absl::StatusOr<std::shared_ptr<const RE2>> Compile(const std::string& pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  auto re = std::make_shared<const RE2>(pattern, options);
  if (re->ok()) return re;
  return absl::InvalidArgumentError(
      absl::StrCat("Invalid pattern: ", pattern, ", error: ", re->error()));
}

absl::Status Replace(KernelContext& c, const RE2& re, const std::string& rewrite, bool global) {
  // As in TensorFlow, a rewrite that names groups which the pattern has not changes nothing.
  std::string error;
  const bool rewrites = re.CheckRewriteString(rewrite, &error);
  return MapStrings<std::string>(c, [&](const std::string& s, std::string* out) {
    *out = s;
    if (!rewrites) return absl::OkStatus();
    if (global) {
      RE2::GlobalReplace(out, re, rewrite);
    } else {
      RE2::Replace(out, re, rewrite);
    }
    return absl::OkStatus();
  });
}

absl::Status FullMatch(KernelContext& c, const RE2& re) {
  return MapStrings<bool>(c, [&](const std::string& s, bool* out) {
    *out = RE2::FullMatch(s, re);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::string> ScalarString(KernelContext& c, int i, absl::string_view name) {
  if (c.input(i).rank() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " must be scalar, but received ", c.input(i).shape().ToString()));
  }
  return c.input(i).scalar<std::string>();
}

class RegexReplaceKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("replace_global", &global_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string pattern, ScalarString(c, 1, "Pattern"));
    MR_ASSIGN_OR_RETURN(const std::string rewrite, ScalarString(c, 2, "Rewrite"));
    MR_ASSIGN_OR_RETURN(const auto re, Compile(pattern));
    return Replace(c, *re, rewrite, global_);
  }

 private:
  bool global_;
};

class StaticRegexReplaceKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string pattern;
    MR_RETURN_IF_ERROR(c.GetAttr("pattern", &pattern));
    MR_RETURN_IF_ERROR(c.GetAttr("rewrite", &rewrite_));
    MR_RETURN_IF_ERROR(c.GetAttr("replace_global", &global_));
    MR_ASSIGN_OR_RETURN(re_, Compile(pattern));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override { return Replace(c, *re_, rewrite_, global_); }

 private:
  std::shared_ptr<const RE2> re_;
  std::string rewrite_;
  bool global_;
};

class RegexFullMatchKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string pattern, ScalarString(c, 1, "Pattern"));
    MR_ASSIGN_OR_RETURN(const auto re, Compile(pattern));
    return FullMatch(c, *re);
  }
};

class StaticRegexFullMatchKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string pattern;
    MR_RETURN_IF_ERROR(c.GetAttr("pattern", &pattern));
    MR_ASSIGN_OR_RETURN(re_, Compile(pattern));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override { return FullMatch(c, *re_); }

 private:
  std::shared_ptr<const RE2> re_;
};

}  // namespace

absl::Status RegisterRegex(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("RegexReplace")
                               .Input("input: string")
                               .Input("pattern: string")
                               .Input("rewrite: string")
                               .Output("output: string")
                               .Attr("replace_global: bool = true")
                               .Doc("Each string with matches of `pattern` replaced by `rewrite`.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<RegexReplaceKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StaticRegexReplace")
                               .Input("input: string")
                               .Output("output: string")
                               .Attr("pattern: string")
                               .Attr("rewrite: string")
                               .Attr("replace_global: bool = true")
                               .Doc("Each string with matches of `pattern` replaced by `rewrite`.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<StaticRegexReplaceKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("RegexFullMatch")
                               .Input("input: string")
                               .Input("pattern: string")
                               .Output("output: bool")
                               .Doc("True where the whole string matches `pattern`.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<RegexFullMatchKernel>()));
  return r.Add(Op("StaticRegexFullMatch")
                   .Input("input: string")
                   .Output("output: bool")
                   .Attr("pattern: string")
                   .Doc("True where the whole string matches `pattern`.")
                   .Shape(SameAsInput0)
                   .NotDifferentiable()
                   .Cpu<StaticRegexFullMatchKernel>());
}

}  // namespace millrace
