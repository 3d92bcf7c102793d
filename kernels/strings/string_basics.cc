// StringJoin, StringLength, Substr, StringUpper, StringLower, StringStrip.
#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/strings/string_map.h"

namespace millrace {
namespace {

class StringJoinKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("separator", &separator_); }
  absl::Status Compute(KernelContext& c) override {
    // Scalars serve every element of the others, which have one shape.
    Shape shape;
    for (int i = 0; i < c.num_inputs(); ++i) {
      if (c.input(i).rank() == 0) continue;
      if (shape.rank() != 0 && shape != c.input(i).shape()) {
        return absl::InvalidArgumentError(
            absl::StrCat("Input shapes do not match: ", shape.ToString(), " vs. ",
                         c.input(i).shape().ToString()));
      }
      shape = c.input(i).shape();
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    for (int64_t k = 0; k < shape.num_elements(); ++k) {
      std::vector<absl::string_view> parts;
      for (int i = 0; i < c.num_inputs(); ++i) {
        parts.push_back(c.input(i).data<std::string>()[c.input(i).rank() == 0 ? 0 : k]);
      }
      out->mutable_data<std::string>()[k] = absl::StrJoin(parts, separator_);
    }
    return absl::OkStatus();
  }

 private:
  std::string separator_;
};

class StringLengthKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("unit", &unit_); }
  absl::Status Compute(KernelContext& c) override {
    const bool utf8 = unit_ == "UTF8_CHAR";
    return MapStrings<int32_t>(c, [&](const std::string& s, int32_t* out) {
      *out = static_cast<int32_t>(utf8 ? CountUtf8(s) : static_cast<int64_t>(s.size()));
      return absl::OkStatus();
    });
  }

 private:
  std::string unit_;
};

// The byte at which character `n` begins (or the end).
size_t Utf8Offset(const std::string& s, int64_t n) {
  size_t at = 0;
  for (; at < s.size(); ++at) {
    if ((static_cast<unsigned char>(s[at]) & 0xc0) != 0x80 && n-- == 0) break;
  }
  return at;
}

template <typename T>
class SubstrKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string unit;
    MR_RETURN_IF_ERROR(c.GetAttr("unit", &unit));
    utf8_ = unit == "UTF8_CHAR";
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &in = c.input(0), &pos = c.input(1), &len = c.input(2);
    if (pos.shape() != len.shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("pos and len should have the same shape, got: ", pos.shape().ToString(),
                       " vs. ", len.shape().ToString()));
    }
    Shape shape;
    MR_RETURN_IF_ERROR(Broadcast(in.shape(), pos.shape(), &shape));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    for (int64_t i = 0; i < shape.num_elements(); ++i) {
      const int64_t a = Element(shape, in.shape(), i), b = Element(shape, pos.shape(), i);
      MR_RETURN_IF_ERROR(Cut(in.data<std::string>()[a], pos.data<T>()[b], len.data<T>()[b],
                             &out->mutable_data<std::string>()[i]));
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status Broadcast(const Shape& a, const Shape& b, Shape* out) {
    MR_ASSIGN_OR_RETURN(const PartialShape shape, BroadcastShapes(a, b));
    *out = shape.ToShape();
    return absl::OkStatus();
  }
  // The element of an operand of shape `from` that element `i` of the result uses.
  static int64_t Element(const Shape& shape, const Shape& from, int64_t i) {
    int64_t at = 0, stride = 1;
    for (int d = 1; d <= from.rank(); ++d) {
      const int64_t size = shape.dim(shape.rank() - d), own = from.dim(from.rank() - d);
      if (own != 1) at += i % size * stride;
      stride *= own;
      i /= size;
    }
    return at;
  }
  absl::Status Cut(const std::string& s, int64_t pos, int64_t len, std::string* out) const {
    const int64_t size = utf8_ ? CountUtf8(s) : static_cast<int64_t>(s.size());
    const int64_t begin = pos < 0 ? pos + size : pos;
    if (begin < 0 || begin > size) {
      return absl::InvalidArgumentError(
          absl::StrCat("pos ", pos, " out of range for string b'", s, "'"));
    }
    // A negative number of bytes is all of them.
    const int64_t count =
        len < 0 && !utf8_ ? size - begin : std::clamp<int64_t>(len, 0, size - begin);
    if (!utf8_) {
      *out = s.substr(static_cast<size_t>(begin), static_cast<size_t>(count));
      return absl::OkStatus();
    }
    const size_t from = Utf8Offset(s, begin);
    *out = s.substr(from, Utf8Offset(s, begin + count) - from);
    return absl::OkStatus();
  }

  bool utf8_;
};

// Attribute encoding: "" for bytes, of which ASCII letters change, or "utf-8", where only they
// change here too unless a letter is not ASCII.
template <bool kUpper>
class CaseKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string encoding;
    MR_RETURN_IF_ERROR(c.GetAttr("encoding", &encoding));
    utf8_ = encoding == "utf-8";
    if (!utf8_ && !encoding.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("only utf-8 or '' (no encoding) is supported, received ", encoding));
    }
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    return MapStrings<std::string>(c, [&](const std::string& s, std::string* out) {
      for (const char ch : s) {
        if (utf8_ && !absl::ascii_isascii(static_cast<unsigned char>(ch))) {
          return absl::UnimplementedError("the case of letters that are not ASCII");
        }
      }
      *out = kUpper ? absl::AsciiStrToUpper(s) : absl::AsciiStrToLower(s);
      return absl::OkStatus();
    });
  }

 private:
  bool utf8_;
};

class StripKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    return MapStrings<std::string>(c, [](const std::string& s, std::string* out) {
      *out = std::string(absl::StripAsciiWhitespace(s));
      return absl::OkStatus();
    });
  }
};

absl::Status StringJoinShape(ShapeContext& c) {
  PartialShape out = PartialShape::Scalar();
  for (int i = 0; i < c.num_inputs(); ++i) {
    if (!c.input(i).known_rank()) {
      c.set_output(0, PartialShape());
      return absl::OkStatus();
    }
    if (c.input(i).rank() == 0) continue;
    if (out.rank() == 0) {
      out = c.input(i);
      continue;
    }
    absl::StatusOr<PartialShape> merged = out.MergeWith(c.input(i));
    if (!merged.ok()) return c.Error(i, merged.status().message());
    out = *std::move(merged);
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status SubstrShape(ShapeContext& c) {
  absl::StatusOr<PartialShape> positions = c.input(1).MergeWith(c.input(2));
  if (!positions.ok()) return c.Error(2, positions.status().message());
  MR_ASSIGN_OR_RETURN(PartialShape out, BroadcastShapes(c.input(0), *positions));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterStringBasics(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("StringJoin")
                               .Input("inputs: N * string")
                               .Output("output: string")
                               .Attr("N: int >= 0")
                               .Attr("separator: string = ''")
                               .Doc("The inputs' strings joined, with `separator` between them.")
                               .Shape(StringJoinShape)
                               .NotDifferentiable()
                               .Cpu<StringJoinKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StringLength")
                               .Input("input: string")
                               .Output("output: int32")
                               .Attr("unit: {'BYTE', 'UTF8_CHAR'} = 'BYTE'")
                               .Doc("The length of each string, in bytes or UTF-8 characters.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<StringLengthKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("Substr")
                .Input("input: string")
                .Input("pos: T")
                .Input("len: T")
                .Output("output: string")
                .Attr("T: {int32, int64}")
                .Attr("unit: {'BYTE', 'UTF8_CHAR'} = 'BYTE'")
                .Doc("At most `len` bytes or characters of each string from `pos` on.")
                .Shape(SubstrShape)
                .NotDifferentiable()
                .Cpu<SubstrKernel, int32_t, int64_t>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StringUpper")
                               .Input("input: string")
                               .Output("output: string")
                               .Attr("encoding: string = ''")
                               .Doc("Each string with capital letters.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<CaseKernel<true>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StringLower")
                               .Input("input: string")
                               .Output("output: string")
                               .Attr("encoding: string = ''")
                               .Doc("Each string with small letters.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<CaseKernel<false>>()));
  return r.Add(Op("StringStrip")
                   .Input("input: string")
                   .Output("output: string")
                   .Doc("Each string without white space at its ends.")
                   .Shape(SameAsInput0)
                   .NotDifferentiable()
                   .Cpu<StripKernel>());
}

}  // namespace millrace
