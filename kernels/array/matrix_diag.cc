// MatrixDiag, MatrixDiagPart, MatrixSetDiag in their three versions: batches of matrices and their
// diagonals.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/diagonal.h"
#include "kernels/array/elements.h"
#include "kernels/array/scalar_arg.h"

namespace millrace {
namespace {

// The dimensions of `shape` without the last `n`.
DimVector Batch(const Shape& shape, int n) {
  return DimVector(shape.dims().begin(), shape.dims().end() - n);
}
int64_t Product(absl::Span<const int64_t> dims) {
  int64_t product = 1;
  for (const int64_t d : dims) product *= d;
  return product;
}

// The first version of each op has no input k: the main diagonal.
absl::StatusOr<DiagonalBand> BandOf(const KernelContext& c, int k, const std::string& align) {
  if (k >= c.num_inputs()) return DiagonalBand();
  return BandFrom(c.input(k), align);
}

class DiagonalKernel : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(align_, AlignAttr(c.attrs()));
    return absl::OkStatus();
  }

 protected:
  std::string align_;
};

class MatrixDiagKernel final : public DiagonalKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_ASSIGN_OR_RETURN(const DiagonalBand band, BandOf(c, 1, align_));
    const int packed_rank = band.count() > 1 ? 2 : 1;
    if (in.rank() < packed_rank) {
      return absl::InvalidArgumentError(
          absl::StrCat("diagonal must be at least ", packed_rank,
                       "-dim, received shape: ", in.shape().ToString()));
    }
    if (packed_rank == 2 && in.dim(in.rank() - 2) != band.count()) {
      return absl::InvalidArgumentError(
          "The number of diagonals provided in the input does not match k");
    }
    const int64_t length = in.dim(in.rank() - 1);
    int64_t rows = -1, cols = -1;
    MR_RETURN_IF_ERROR(Size(c, band, length, &rows, &cols));
    DimVector dims = Batch(in.shape(), packed_rank);
    const int64_t batch = Product(dims), packed = length * band.count();
    dims.push_back(rows);
    dims.push_back(cols);
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    VisitStorage(in.dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      T* to = out->mutable_data<T>();
      std::fill_n(to, out->num_elements(), c.num_inputs() > 4 ? c.input(4).scalar<T>() : T());
      for (int64_t b = 0; b < batch; ++b) {
        const T* from = in.data<T>() + b * packed;
        T* matrix = to + b * rows * cols;
        band.ForEach(rows, cols, length,
                     [&](int64_t at, int64_t i, int64_t j) { matrix[i * cols + j] = from[at]; });
      }
    });
    return absl::OkStatus();
  }

 private:
  // The size asked for, or the smallest that the diagonals fit.
  static absl::Status Size(KernelContext& c, const DiagonalBand& band, int64_t length,
                           int64_t* rows, int64_t* cols) {
    if (c.num_inputs() > 2) {
      MR_ASSIGN_OR_RETURN(*rows, IntScalarArg(c.input(2), "num_rows"));
      MR_ASSIGN_OR_RETURN(*cols, IntScalarArg(c.input(3), "num_cols"));
      if (c.input(4).rank() != 0)
        return absl::InvalidArgumentError("padding_value must be a scalar");
    }
    const int64_t least_rows = length - std::min<int64_t>(band.upper, 0);
    const int64_t least_cols = length + std::max<int64_t>(band.lower, 0);
    if (*rows == -1 && *cols == -1) {
      *rows = *cols = std::max(least_rows, least_cols);
    } else if (*rows == -1) {
      *rows = least_rows;
    } else if (*cols == -1) {
      *cols = least_cols;
    }
    if (*rows < least_rows || *cols < least_cols || (*rows != least_rows && *cols != least_cols)) {
      return absl::InvalidArgumentError(absl::StrCat("a matrix of ", *rows, " x ", *cols,
                                                     " does not fit diagonals ", band.lower, " to ",
                                                     band.upper, " of length ", length));
    }
    return band.Check(*rows, *cols);
  }
};

class MatrixDiagPartKernel final : public DiagonalKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    if (in.rank() < 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must be at least 2-dim, received shape: ", in.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const DiagonalBand band, BandOf(c, 1, align_));
    if (c.num_inputs() > 2 && c.input(2).num_elements() != 1) {
      return absl::InvalidArgumentError("padding_value must be a scalar");
    }
    const int64_t rows = in.dim(in.rank() - 2), cols = in.dim(in.rank() - 1);
    MR_RETURN_IF_ERROR(band.Check(rows, cols));
    DimVector dims = Batch(in.shape(), 2);
    const int64_t batch = Product(dims), length = band.MaxLength(rows, cols),
                  packed = length * band.count();
    if (band.count() > 1) dims.push_back(band.count());
    dims.push_back(length);
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape(dims), &out));
    VisitStorage(in.dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      T* to = out->mutable_data<T>();
      std::fill_n(to, out->num_elements(), c.num_inputs() > 2 ? c.input(2).scalar<T>() : T());
      for (int64_t b = 0; b < batch; ++b) {
        const T* matrix = in.data<T>() + b * rows * cols;
        T* diagonals = to + b * packed;
        band.ForEach(rows, cols, length, [&](int64_t at, int64_t i, int64_t j) {
          diagonals[at] = matrix[i * cols + j];
        });
      }
    });
    return absl::OkStatus();
  }
};

class MatrixSetDiagKernel final : public DiagonalKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &in = c.input(0), &diagonal = c.input(1);
    if (in.rank() < 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must be at least 2-dim, received shape: ", in.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const DiagonalBand band, BandOf(c, 2, align_));
    const int64_t rows = in.dim(in.rank() - 2), cols = in.dim(in.rank() - 1);
    MR_RETURN_IF_ERROR(band.Check(rows, cols));
    DimVector dims = Batch(in.shape(), 2);
    const int64_t batch = Product(dims), length = band.MaxLength(rows, cols),
                  packed = length * band.count();
    if (band.count() > 1) dims.push_back(band.count());
    dims.push_back(length);
    if (diagonal.shape() != Shape(dims)) {
      return absl::InvalidArgumentError(absl::StrCat("diagonal must have shape ",
                                                     Shape(dims).ToString(), ", got ",
                                                     diagonal.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
    CopyElements(in.dtype(), in.raw_data(), out->mutable_raw_data(), in.num_elements());
    VisitStorage(in.dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      for (int64_t b = 0; b < batch; ++b) {
        T* matrix = out->mutable_data<T>() + b * rows * cols;
        const T* from = diagonal.data<T>() + b * packed;
        band.ForEach(rows, cols, length,
                     [&](int64_t at, int64_t i, int64_t j) { matrix[i * cols + j] = from[at]; });
      }
    });
    return absl::OkStatus();
  }
};

absl::Status MatrixDiagShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRankAtLeast(0, 1).status());
  if (!c.input(0).known_rank() || c.num_inputs() > 1) return absl::OkStatus();
  PartialShape out = c.input(0);
  out.AddDim(out.dim(out.rank() - 1));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status MatrixDiagPartShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRankAtLeast(0, 2));
  if (!in.known_rank() || c.num_inputs() > 1) return absl::OkStatus();
  DimVector dims(in.dims().begin(), in.dims().end() - 2);
  const int64_t rows = in.dim(in.rank() - 2), cols = in.dim(in.rank() - 1);
  dims.push_back(rows < 0 || cols < 0 ? PartialShape::kUnknownDim : std::min(rows, cols));
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status MatrixSetDiagShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRankAtLeast(0, 2).status());
  c.set_output(0, c.input(0));
  return absl::OkStatus();
}

// k as a constant for the first versions.
Output BandInput(Builder& b, const OpView& op, int k) {
  return k < op.num_inputs() ? op.input(k) : b.Scalar<int32_t>(0);
}
AttrMap Align(const OpView& op) {
  return {{"align",
           op.attrs().Has("align") ? op.attr<std::string>("align") : std::string("LEFT_LEFT")}};
}
Output PartOf(Builder& b, const OpView& op, Output matrix, Output k) {
  return b.Op1("MatrixDiagPartV3", {matrix, k, b.ScalarLike(matrix, 0)}, Align(op));
}

absl::StatusOr<Gradients> MatrixDiagGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients out(op.num_inputs());
  const Output part = PartOf(b, op, dy[0], BandInput(b, op, 1));
  out[0] = part;
  if (op.num_inputs() > 4) {
    // The padding fills what is off the diagonals; the diagonals' own padding goes nowhere.
    const Output rest =
        b.Op1("MatrixSetDiagV3", {dy[0], b.ZerosLike(part), op.input(1)}, Align(op));
    out[4] = b.Sum(rest, b.Range(b.Scalar<int32_t>(0), b.Rank(rest), b.Scalar<int32_t>(1)));
  }
  return out;
}

absl::StatusOr<Gradients> MatrixDiagPartGradient(Builder& b, const OpView& op,
                                                 const Gradients& dy) {
  Gradients out(op.num_inputs());
  const Output k = BandInput(b, op, 1);
  const Output zeros = b.ZerosLike(op.input(0));
  const Output dx = b.Op1("MatrixSetDiagV3", {zeros, dy[0], k}, Align(op));
  out[0] = dx;
  if (op.num_inputs() > 2) {
    // What of dy lies on a diagonal is dx's; the rest was padding.
    const Output on = PartOf(b, op, dx, k);
    const Output off = b.Sub(dy[0], on);
    out[2] = b.Sum(off, b.Range(b.Scalar<int32_t>(0), b.Rank(off), b.Scalar<int32_t>(1)));
  }
  return out;
}

absl::StatusOr<Gradients> MatrixSetDiagGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients out(op.num_inputs());
  const Output k = BandInput(b, op, 2);
  out[0] = b.Op1("MatrixSetDiagV3", {dy[0], b.ZerosLike(op.input(1)), k}, Align(op));
  out[1] = PartOf(b, op, dy[0], k);
  return out;
}

}  // namespace

absl::Status RegisterMatrixDiag(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("MatrixDiag")
                               .Input("diagonal: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Doc("Matrices with the given diagonals; all else is padding.")
                               .Shape(MatrixDiagShape)
                               .Gradient(MatrixDiagGradient)
                               .Cpu<MatrixDiagKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("MatrixDiagV2")
                               .Input("diagonal: T")
                               .Input("k: int32")
                               .Input("num_rows: int32")
                               .Input("num_cols: int32")
                               .Input("padding_value: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Doc("Matrices with the given diagonals; all else is padding.")
                               .Shape(MatrixDiagShape)
                               .Gradient(MatrixDiagGradient)
                               .Cpu<MatrixDiagKernel>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("MatrixDiagV3")
          .Input("diagonal: T")
          .Input("k: int32")
          .Input("num_rows: int32")
          .Input("num_cols: int32")
          .Input("padding_value: T")
          .Output("output: T")
          .Attr("T: type")
          .Attr("align: {'LEFT_RIGHT', 'RIGHT_LEFT', 'LEFT_LEFT', 'RIGHT_RIGHT'} = 'RIGHT_LEFT'")
          .Doc("Matrices with the given diagonals; all else is padding.")
          .Shape(MatrixDiagShape)
          .Gradient(MatrixDiagGradient)
          .Cpu<MatrixDiagKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("MatrixDiagPart")
                               .Input("input: T")
                               .Output("diagonal: T")
                               .Attr("T: type")
                               .Doc("The diagonals of matrices.")
                               .Shape(MatrixDiagPartShape)
                               .Gradient(MatrixDiagPartGradient)
                               .Cpu<MatrixDiagPartKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("MatrixDiagPartV2")
                               .Input("input: T")
                               .Input("k: int32")
                               .Input("padding_value: T")
                               .Output("diagonal: T")
                               .Attr("T: type")
                               .Doc("The diagonals of matrices.")
                               .Shape(MatrixDiagPartShape)
                               .Gradient(MatrixDiagPartGradient)
                               .Cpu<MatrixDiagPartKernel>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("MatrixDiagPartV3")
          .Input("input: T")
          .Input("k: int32")
          .Input("padding_value: T")
          .Output("diagonal: T")
          .Attr("T: type")
          .Attr("align: {'LEFT_RIGHT', 'RIGHT_LEFT', 'LEFT_LEFT', 'RIGHT_RIGHT'} = 'RIGHT_LEFT'")
          .Doc("The diagonals of matrices.")
          .Shape(MatrixDiagPartShape)
          .Gradient(MatrixDiagPartGradient)
          .Cpu<MatrixDiagPartKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("MatrixSetDiag")
                               .Input("input: T")
                               .Input("diagonal: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Doc("Matrices with other diagonals.")
                               .Shape(MatrixSetDiagShape)
                               .Gradient(MatrixSetDiagGradient)
                               .Cpu<MatrixSetDiagKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("MatrixSetDiagV2")
                               .Input("input: T")
                               .Input("diagonal: T")
                               .Input("k: int32")
                               .Output("output: T")
                               .Attr("T: type")
                               .Doc("Matrices with other diagonals.")
                               .Shape(MatrixSetDiagShape)
                               .Gradient(MatrixSetDiagGradient)
                               .Cpu<MatrixSetDiagKernel>()));
  return r.Add(
      Op("MatrixSetDiagV3")
          .Input("input: T")
          .Input("diagonal: T")
          .Input("k: int32")
          .Output("output: T")
          .Attr("T: type")
          .Attr("align: {'LEFT_RIGHT', 'RIGHT_LEFT', 'LEFT_LEFT', 'RIGHT_RIGHT'} = 'RIGHT_LEFT'")
          .Doc("Matrices with other diagonals.")
          .Shape(MatrixSetDiagShape)
          .Gradient(MatrixSetDiagGradient)
          .Cpu<MatrixSetDiagKernel>());
}

}  // namespace millrace
