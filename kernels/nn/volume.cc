#include "kernels/nn/volume.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

absl::Status ReadTriple(const AttrMap& attrs, const char* name, bool channels_first,
                        std::array<int64_t, 3>* triple) {
  if (!attrs.Has(name)) return absl::OkStatus();
  std::vector<int64_t> list;
  MR_RETURN_IF_ERROR(attrs.Get(name, &list));
  if (list.size() != 5) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " must specify 5 dimensions, not ", list.size()));
  }
  for (const int64_t v : list) {
    if (v < 1 || v > std::numeric_limits<int32_t>::max()) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " must be positive and an int32, not ", v));
    }
  }
  if (list[0] != 1 || list[channels_first ? 1 : 4] != 1) {
    return absl::UnimplementedError(
        absl::StrCat(name, " over the batch or the channels is not supported"));
  }
  for (int d = 0; d < 3; ++d) (*triple)[d] = list[d + (channels_first ? 2 : 1)];
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VolumeAttrs> VolumeAttrs::Read(const AttrMap& attrs) {
  VolumeAttrs a;
  std::string format;
  MR_RETURN_IF_ERROR(attrs.Get("data_format", &format));
  a.channels_first = format == "NCDHW";
  MR_RETURN_IF_ERROR(ReadTriple(attrs, "ksize", a.channels_first, &a.window));
  MR_RETURN_IF_ERROR(ReadTriple(attrs, "strides", a.channels_first, &a.stride));
  MR_RETURN_IF_ERROR(ReadTriple(attrs, "dilations", a.channels_first, &a.dilation));
  MR_RETURN_IF_ERROR(attrs.Get("padding", &a.padding));
  return a;
}

absl::StatusOr<VolumeGeometry> VolumeGeometry::Create(const VolumeAttrs& attrs, const Shape& shape,
                                                      const std::array<int64_t, 3>& window) {
  if (shape.rank() != 5) {
    return absl::InvalidArgumentError(
        absl::StrCat("input must be 5-dimensional, not ", shape.ToString()));
  }
  VolumeGeometry g;
  g.batch = shape.dim(0);
  g.channels = shape.dim(attrs.channels());
  g.channels_first = attrs.channels_first;
  g.window = window;
  g.stride = attrs.stride;
  g.dilation = attrs.dilation;
  for (int d = 0; d < 3; ++d) {
    g.in[d] = shape.dim(attrs.spatial(d));
    int64_t after;
    MR_ASSIGN_OR_RETURN(g.out[d],
                        WindowedOutputSize(g.in[d], window[d], attrs.dilation[d], attrs.stride[d],
                                           attrs.padding, &g.pad[d], &after));
  }
  return g;
}

absl::StatusOr<Shape> VolumeGeometry::OutShape(int64_t out_channels) const {
  if (channels_first) return Shape::Create({batch, out_channels, out[0], out[1], out[2]});
  return Shape::Create({batch, out[0], out[1], out[2], out_channels});
}

absl::StatusOr<PartialShape> VolumeOutShape(const VolumeAttrs& attrs, const PartialShape& in,
                                            const std::array<int64_t, 3>& window,
                                            int64_t channels) {
  PartialShape out = PartialShape::UnknownOfRank(5);
  out.SetDim(0, in.dim(0));
  out.SetDim(attrs.channels(), channels);
  for (int d = 0; d < 3; ++d) {
    const int at = attrs.spatial(d);
    if (in.dim(at) < 0 || window[d] < 0) continue;
    int64_t before, after;
    MR_ASSIGN_OR_RETURN(const int64_t size,
                        WindowedOutputSize(in.dim(at), window[d], attrs.dilation[d],
                                           attrs.stride[d], attrs.padding, &before, &after));
    out.SetDim(at, size);
  }
  return out;
}

absl::Status VolumePoolShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const VolumeAttrs attrs, VolumeAttrs::Read(c.attrs()));
  MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRank(0, 5));
  MR_ASSIGN_OR_RETURN(PartialShape out,
                      VolumeOutShape(attrs, in, attrs.window, in.dim(attrs.channels())));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

}  // namespace millrace
