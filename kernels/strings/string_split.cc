// StringSplit, StringSplitV2: strings cut into the values of a sparse matrix.
#include "absl/strings/ascii.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

using Parts = std::vector<absl::string_view>;

// Outputs indices [n, 2], values [n], shape [2] = (strings, most parts).
absl::Status SetSparse(KernelContext& c, const std::vector<Parts>& rows) {
  int64_t total = 0, most = 0;
  for (const Parts& parts : rows) {
    total += static_cast<int64_t>(parts.size());
    most = std::max(most, static_cast<int64_t>(parts.size()));
  }
  Tensor *indices, *values;
  MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({total, 2}), &indices));
  MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({total}), &values));
  int64_t at = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t j = 0; j < rows[i].size(); ++j, ++at) {
      indices->mutable_data<int64_t>()[2 * at] = static_cast<int64_t>(i);
      indices->mutable_data<int64_t>()[2 * at + 1] = static_cast<int64_t>(j);
      values->mutable_data<std::string>()[at] = std::string(rows[i][j]);
    }
  }
  c.set_output(2, Tensor::Vector<int64_t>({static_cast<int64_t>(rows.size()), most}));
  return absl::OkStatus();
}

absl::Status CheckInputs(KernelContext& c) {
  if (c.input(0).rank() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("input must be a vector, got shape: ", c.input(0).shape().ToString()));
  }
  if (c.input(1).rank() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("the delimiter must be a scalar, got shape: ", c.input(1).shape().ToString()));
  }
  return absl::OkStatus();
}

// At each of the delimiter's characters; into characters where it is empty. An empty string has no
// parts.
Parts SplitAny(absl::string_view s, absl::string_view delimiters, bool skip_empty) {
  Parts parts;
  if (s.empty()) return parts;
  if (delimiters.empty()) {
    for (size_t i = 0; i < s.size(); ++i) parts.push_back(s.substr(i, 1));
    return parts;
  }
  for (size_t begin = 0; begin <= s.size();) {
    const size_t end = std::min(s.find_first_of(delimiters, begin), s.size());
    if (end > begin || !skip_empty) parts.push_back(s.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

class StringSplitKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("skip_empty", &skip_empty_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_RETURN_IF_ERROR(CheckInputs(c));
    std::vector<Parts> rows;
    for (const std::string& s : c.input(0).flat<std::string>()) {
      rows.push_back(SplitAny(s, c.input(1).scalar<std::string>(), skip_empty_));
    }
    return SetSparse(c, rows);
  }

 private:
  bool skip_empty_;
};

// As Python's str.split: by runs of white space where the separator is empty. There, as in
// TensorFlow, no split is no change, and what the last split leaves counts even if it is empty.
Parts SplitLikePython(absl::string_view s, absl::string_view separator, int64_t maxsplit) {
  Parts parts;
  if (maxsplit == 0) return {s};
  if (separator.empty()) {
    s = absl::StripLeadingAsciiWhitespace(s);
    while (!s.empty()) {
      size_t end = 0;
      while (end < s.size() && !absl::ascii_isspace(static_cast<unsigned char>(s[end]))) ++end;
      parts.push_back(s.substr(0, end));
      s = absl::StripLeadingAsciiWhitespace(s.substr(end));
      if (--maxsplit == 0) {
        parts.push_back(s);
        break;
      }
    }
    return parts;
  }
  for (size_t at = s.find(separator); at != absl::string_view::npos && maxsplit-- != 0;
       at = s.find(separator)) {
    parts.push_back(s.substr(0, at));
    s.remove_prefix(at + separator.size());
  }
  parts.push_back(s);
  return parts;
}

class StringSplitV2Kernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("maxsplit", &maxsplit_); }
  absl::Status Compute(KernelContext& c) override {
    MR_RETURN_IF_ERROR(CheckInputs(c));
    std::vector<Parts> rows;
    for (const std::string& s : c.input(0).flat<std::string>()) {
      rows.push_back(
          SplitLikePython(s, c.input(1).scalar<std::string>(), maxsplit_ < 0 ? -1 : maxsplit_));
    }
    return SetSparse(c, rows);
  }

 private:
  int64_t maxsplit_;
};

absl::Status SplitShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 1).status());
  MR_RETURN_IF_ERROR(c.WithRank(1, 0).status());
  c.set_output(0, PartialShape::Of({-1, 2}));
  c.set_output(1, PartialShape::Of({-1}));
  c.set_output(2, PartialShape::Of({2}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterStringSplit(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("StringSplit")
                .Input("input: string")
                .Input("delimiter: string")
                .Output("indices: int64")
                .Output("values: string")
                .Output("shape: int64")
                .Attr("skip_empty: bool = true")
                .Doc("Each string cut at any of the delimiter's characters, as a sparse matrix.")
                .Shape(SplitShape)
                .NotDifferentiable()
                .Cpu<StringSplitKernel>()));
  return r.Add(
      Op("StringSplitV2")
          .Input("input: string")
          .Input("sep: string")
          .Output("indices: int64")
          .Output("values: string")
          .Output("shape: int64")
          .Attr("maxsplit: int = -1")
          .Doc("Each string cut at the separator as Python's str.split does, as a sparse matrix.")
          .Shape(SplitShape)
          .NotDifferentiable()
          .Cpu<StringSplitV2Kernel>());
}

}  // namespace millrace
