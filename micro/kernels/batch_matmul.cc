#include "micro/kernels/batch_matmul.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/loops/dynamic_quantization.h"

namespace millrace::micro {
namespace {

enum Inputs { kX, kY };
constexpr int kMaxRank = 8;

struct Data {
  Requant requant;
  bool adj_x;
  bool adj_y;
  bool asymmetric;
  int8_t* row;  // of a hybrid product: the quantised row, after the row itself if adj_x
};

// One product. Elements of a row of x are x_step apart, its rows x_row; columns of y are y_column
// apart, elements of one y_step.
struct Product {
  int32_t m, k, n;
  int32_t x_row, x_step;
  int32_t y_column, y_step;
};

Product ProductOf(const OpContext& context, const Data& data) {
  const Shape x = context.input(kX).shape(), out = context.output().shape();
  Product p;
  p.m = out[out.rank - 2];
  p.n = out[out.rank - 1];
  p.k = x[x.rank - (data.adj_x ? 2 : 1)];
  p.x_row = data.adj_x ? 1 : p.k;
  p.x_step = data.adj_x ? p.m : 1;
  p.y_column = data.adj_y ? p.k : 1;
  p.y_step = data.adj_y ? 1 : p.n;
  return p;
}

// Dimension d of `rank` ones, the last two not counted; 1 where the operand has none.
int32_t BatchDim(const Shape& shape, int rank, int d) {
  const int own = d - (rank - shape.rank);
  return own < 0 ? 1 : shape[own];
}

Status CheckShapes(const OpContext& context, const Data& data) {
  const Shape x = context.input(kX).shape(), y = context.input(kY).shape();
  const Shape out = context.output().shape();
  const int rank = x.rank > y.rank ? x.rank : y.rank;
  MR_ENSURE(context, x.rank >= 2 && y.rank >= 2 && rank <= kMaxRank && out.rank == rank,
            Status::kInvalidShape, "the operands have not 2 to 8 dimensions, or the output other");
  for (int d = 0; d < rank - 2; ++d) {
    const int32_t a = BatchDim(x, rank, d), b = BatchDim(y, rank, d);
    MR_ENSURE(context, (a == b || a == 1 || b == 1) && out[d] == (a == 1 ? b : a),
              Status::kInvalidShape, "the batch dimensions do not broadcast to the output's");
  }
  const int last = data.adj_x ? 2 : 1, first = data.adj_y ? 1 : 2;
  MR_ENSURE(context,
            x[x.rank - last] == y[y.rank - first] && x[x.rank - 3 + last] == out[rank - 2] &&
                y[y.rank - 3 + first] == out[rank - 1],
            Status::kInvalidShape, "the matrices do not fit");
  return Status::kOk;
}

Status CheckTypes(const OpContext& context, Data* data) {
  const TensorView x = context.input(kX), y = context.input(kY), output = context.output();
  const bool is_hybrid = x.type() == TensorType::kFloat32 && y.type() == TensorType::kInt8;
  MR_ENSURE(context, output.type() == x.type() && (is_hybrid || y.type() == x.type()),
            Status::kUnsupportedType, "the operands and the output differ in type");
  if (is_hybrid) {
    MR_ENSURE(context, y.is_symmetric() && y.scale_count() == 1, Status::kInvalidQuantization,
              "y has a zero point or not one scale");
    const Product p = ProductOf(context, *data);
    // Aligned to float first.
    const size_t bytes = static_cast<size_t>(p.k) * (data->adj_x ? sizeof(float) + 1 : 1);
    return context.RequestScratch(bytes, &data->row);
  }
  if (x.type() == TensorType::kFloat32) return Status::kOk;
  const bool is_int16 = x.type() == TensorType::kInt16;
  MR_ENSURE(context, is_int16 || x.type() == TensorType::kInt8, Status::kUnsupportedType,
            "no kernel for the type of the operands");
  MR_ENSURE(context, !is_int16 || (x.is_symmetric() && y.is_symmetric() && output.is_symmetric()),
            Status::kInvalidQuantization, "an int16 tensor has a zero point");
  MR_ENSURE(context,
            RequantOf(x.scale(), y.scale(), output.scale(), &data->requant) &&
                (!is_int16 || data->requant.shift <= 7),
            Status::kInvalidQuantization, "the scales do not fit");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  Data* data;
  MR_TRY(context.NewData(&data));
  const OptionsReader options = context.options();
  data->adj_x = options.Bool(BatchMatMulOptions::kAdjX);
  data->adj_y = options.Bool(BatchMatMulOptions::kAdjY);
  data->asymmetric = options.Bool(BatchMatMulOptions::kAsymmetricQuantizeInputs);
  MR_TRY(CheckShapes(context, *data));
  return CheckTypes(context, data);
}

// Calls multiply(x, y, output) on the matrices of each batch.
template <typename X, typename Y, typename Multiply>
void ForEachBatch(const OpContext& context, const Product& p, const Multiply& multiply) {
  const Shape x = context.input(kX).shape(), y = context.input(kY).shape();
  const Shape out = context.output().shape();
  const X* x_data = context.input_data<X>(kX);
  const Y* y_data = context.input_data<Y>(kY);
  X* output = context.output_data<X>();
  const int32_t batches = out.Product(0, out.rank - 2);
  for (int32_t b = 0; b < batches; ++b, output += p.m * p.n) {
    int32_t rest = b, x_at = 0, y_at = 0, x_size = p.m * p.k, y_size = p.k * p.n;
    for (int d = out.rank - 3; d >= 0; --d) {
      const int32_t index = rest % out[d], x_dim = BatchDim(x, out.rank, d);
      const int32_t y_dim = BatchDim(y, out.rank, d);
      rest /= out[d];
      x_at += x_dim == 1 ? 0 : index * x_size;
      y_at += y_dim == 1 ? 0 : index * y_size;
      x_size *= x_dim;
      y_size *= y_dim;
    }
    multiply(x_data + x_at, y_data + y_at, output);
  }
}

// Calls write(output, sum) for each element. Sum: of the products of (value - zero point).
template <typename Sum, typename X, typename Y, typename Write>
void Multiply(const Product& p, const X* x, Sum x_zero, const Y* y, Sum y_zero, X* output,
              const Write& write) {
  for (int32_t i = 0; i < p.m; ++i) {
    for (int32_t j = 0; j < p.n; ++j) {
      const X* a = x + i * p.x_row;
      const Y* b = y + j * p.y_column;
      Sum sum = 0;
      for (int32_t l = 0; l < p.k; ++l, a += p.x_step, b += p.y_step) {
        sum += (static_cast<Sum>(*a) - x_zero) * (static_cast<Sum>(*b) - y_zero);
      }
      write(output++, sum);
    }
  }
}

void InvokeInt8(const OpContext& context, const Data& data, const Product& p) {
  const int32_t x_zero = context.input(kX).zero_point(), y_zero = context.input(kY).zero_point();
  const int32_t zero = context.output().zero_point();
  ForEachBatch<int8_t, int8_t>(context, p, [&](const int8_t* x, const int8_t* y, int8_t* output) {
    Multiply<int32_t>(p, x, x_zero, y, y_zero, output, [&](int8_t* out, int32_t sum) {
      const int32_t value = MultiplyByRequant(sum, data.requant) + zero;
      *out = static_cast<int8_t>(Clamp(value, -128, 127));
    });
  });
}

void InvokeInt16(const OpContext& context, const Data& data, const Product& p) {
  ForEachBatch<int16_t, int16_t>(
      context, p, [&](const int16_t* x, const int16_t* y, int16_t* output) {
        Multiply<int64_t>(p, x, 0, y, 0, output, [&](int16_t* out, int64_t sum) {
          const int32_t value =
              MultiplyByRequant64(sum, data.requant.multiplier, data.requant.shift);
          *out = static_cast<int16_t>(Clamp(value, -32768, 32767));
        });
      });
}

void InvokeFloat(const OpContext& context, const Product& p) {
  ForEachBatch<float, float>(context, p, [&](const float* x, const float* y, float* output) {
    Multiply<float>(p, x, 0.0f, y, 0.0f, output, [](float* out, float sum) { *out = sum; });
  });
}

void InvokeHybrid(const OpContext& context, const Data& data, const Product& p) {
  const float y_scale = context.input(kY).scale();
  int8_t* quantized = data.row + (data.adj_x ? sizeof(float) * static_cast<size_t>(p.k) : 0);
  auto* gathered = reinterpret_cast<float*>(data.row);
  ForEachBatch<float, int8_t>(context, p, [&](const float* x, const int8_t* y, float* output) {
    for (int32_t i = 0; i < p.m; ++i) {
      const float* row = x + i * p.x_row;
      for (int32_t l = 0; data.adj_x && l < p.k; ++l) gathered[l] = row[l * p.x_step];
      if (data.adj_x) row = gathered;
      const DynamicScale scale = data.asymmetric ? QuantizeAsymmetric(row, p.k, quantized)
                                                 : QuantizeSymmetric(row, p.k, quantized);
      for (int32_t j = 0; j < p.n; ++j) {
        const int8_t* b = y + j * p.y_column;
        int32_t sum = 0;
        for (int32_t l = 0; l < p.k; ++l)
          sum += (quantized[l] - scale.zero_point) * b[l * p.y_step];
        *output++ = static_cast<float>(sum) * (scale.scale * y_scale);
      }
    }
  });
}

Status Invoke(OpContext& context) {
  const Data& data = context.data<Data>();
  const Product p = ProductOf(context, data);
  if (context.input(kX).type() == TensorType::kInt8) {
    InvokeInt8(context, data, p);
  } else if (context.input(kX).type() == TensorType::kInt16) {
    InvokeInt16(context, data, p);
  } else if (context.input(kY).type() == TensorType::kInt8) {
    InvokeHybrid(context, data, p);
  } else {
    InvokeFloat(context, p);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kBatchMatmulOp = {
    .code = BuiltinOp::kBatchMatmul,
    .max_version = 5,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
