#include "kernels/nn/window.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

// The two spatial values of a list over all four dimensions. The batch's must be 1, and the
// channels' too unless there is a place for it.
absl::Status ReadSpatial(const AttrMap& attrs, absl::string_view name, const WindowAttrs& format,
                         std::array<int64_t, 2>* out, int64_t* depth = nullptr) {
  if (!attrs.Has(name)) return absl::OkStatus();
  std::vector<int64_t> values;
  MR_RETURN_IF_ERROR(attrs.Get(name, &values));
  if (values.size() != 4) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " must have 4 values, one a dimension, not ", values.size()));
  }
  for (int64_t v : values) {
    if (v < 1 || v > std::numeric_limits<int32_t>::max()) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " must be positive and an int32, not ", v));
    }
  }
  if (depth != nullptr) *depth = values[format.channels()];
  if (values[0] != 1 || (depth == nullptr && values[format.channels()] != 1)) {
    return absl::UnimplementedError(
        absl::StrCat(name, " other than 1 over the batch and the channels is not supported"));
  }
  *out = {values[format.height()], values[format.width()]};
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WindowAttrs> WindowAttrs::Read(const AttrMap& attrs, bool pools_depth) {
  WindowAttrs w;
  std::string format = "NHWC";
  if (attrs.Has("data_format")) MR_RETURN_IF_ERROR(attrs.Get("data_format", &format));
  if (format != "NHWC" && format != "NCHW") {
    return absl::UnimplementedError(absl::StrCat("data_format ", format, " is not supported"));
  }
  w.channels_first = format == "NCHW";
  MR_RETURN_IF_ERROR(ReadSpatial(attrs, "ksize", w, &w.window, pools_depth ? &w.depth : nullptr));
  MR_RETURN_IF_ERROR(
      ReadSpatial(attrs, "strides", w, &w.stride, pools_depth ? &w.depth_stride : nullptr));
  MR_RETURN_IF_ERROR(ReadSpatial(attrs, "dilations", w, &w.dilation));
  MR_RETURN_IF_ERROR(ReadSpatial(attrs, "rates", w, &w.dilation));
  MR_RETURN_IF_ERROR(attrs.Get("padding", &w.padding));
  std::vector<int64_t> paddings;
  if (attrs.Has("explicit_paddings")) MR_RETURN_IF_ERROR(attrs.Get("explicit_paddings", &paddings));
  if (w.padding != "EXPLICIT") {
    if (paddings.empty()) return w;
    return absl::InvalidArgumentError("explicit_paddings must be empty unless padding is EXPLICIT");
  }
  if (paddings.size() != 8) {
    return absl::InvalidArgumentError(absl::StrCat(
        "explicit_paddings must have 8 values, two a dimension, not ", paddings.size()));
  }
  for (int64_t p : paddings) {
    if (p < 0)
      return absl::InvalidArgumentError(
          absl::StrCat("explicit_paddings must not be negative: ", p));
  }
  const int c = w.channels();
  if (paddings[0] != 0 || paddings[1] != 0 || paddings[2 * c] != 0 || paddings[2 * c + 1] != 0) {
    return absl::InvalidArgumentError(
        "explicit_paddings must be 0 over the batch and the channels");
  }
  w.pad_before = {paddings[2 * w.height()], paddings[2 * w.width()]};
  w.pad_after = {paddings[2 * w.height() + 1], paddings[2 * w.width() + 1]};
  return w;
}

absl::StatusOr<int64_t> WindowAttrs::OutputSize(int dimension, int64_t input, int64_t size,
                                                int64_t* pad) const {
  int64_t before = pad_before[dimension], after = pad_after[dimension];
  MR_ASSIGN_OR_RETURN(const int64_t output,
                      WindowedOutputSize(input, size, dilation[dimension], stride[dimension],
                                         padding, &before, &after));
  if (pad != nullptr) *pad = before;
  return output;
}

absl::StatusOr<WindowGeometry> WindowGeometry::Create(const WindowAttrs& attrs, const Shape& shape,
                                                      int64_t height, int64_t width) {
  if (shape.rank() != 4) {
    return absl::InvalidArgumentError(
        absl::StrCat("input must be 4-dimensional: ", shape.ToString()));
  }
  WindowGeometry g;
  g.batch = shape.dim(0);
  g.in_height = shape.dim(attrs.height());
  g.in_width = shape.dim(attrs.width());
  g.in_channels = shape.dim(attrs.channels());
  g.height = height;
  g.width = width;
  g.stride_y = attrs.stride[0];
  g.stride_x = attrs.stride[1];
  g.dilation_y = attrs.dilation[0];
  g.dilation_x = attrs.dilation[1];
  MR_ASSIGN_OR_RETURN(g.out_height, attrs.OutputSize(0, g.in_height, height, &g.pad_y));
  MR_ASSIGN_OR_RETURN(g.out_width, attrs.OutputSize(1, g.in_width, width, &g.pad_x));
  return g;
}

absl::StatusOr<Shape> ImageShape(const WindowAttrs& attrs, int64_t batch, int64_t height,
                                 int64_t width, int64_t channels) {
  if (attrs.channels_first) return Shape::Create({batch, channels, height, width});
  return Shape::Create({batch, height, width, channels});
}

AttrMap CopyAttrs(const OpView& op, std::initializer_list<absl::string_view> names) {
  AttrMap copy;
  for (absl::string_view name : names) {
    if (const Attr* value = op.attrs().Find(name)) copy.Set(name, *value);
  }
  return copy;
}

}  // namespace millrace
