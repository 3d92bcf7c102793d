// TensorView: a tensor as a kernel or a caller sees it. Type, shape and quantisation are read where
// they lie in the model; only the data pointer is the running graph's. A value of two pointers;
// pass it by value. Valid while the model and the interpreter are.
#ifndef MILLRACE_MICRO_CORE_TENSOR_VIEW_H_
#define MILLRACE_MICRO_CORE_TENSOR_VIEW_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/flatbuffer.h"
#include "micro/core/schema.h"

namespace millrace::micro {

constexpr int kMaxRank = 8;  // of the tensors that the verifier accepts

// Dimensions where they lie. The verifier made sure that each is >= 0 and that the product of all
// fits an int32, so no product of some of them overflows.
struct Shape {
  const int32_t* dims = nullptr;
  int rank = 0;

  int32_t operator[](int i) const { return dims[i]; }
  int32_t last() const { return rank == 0 ? 1 : dims[rank - 1]; }
  int32_t elements() const { return Product(0, rank); }
  // The product of dimensions first .. end - 1.
  int32_t Product(int first, int end) const {
    int32_t n = 1;
    for (int i = first; i < end; ++i) n *= dims[i];
    return n;
  }
  bool operator==(const Shape& o) const {
    if (rank != o.rank) return false;
    for (int i = 0; i < rank; ++i) {
      if (dims[i] != o.dims[i]) return false;
    }
    return true;
  }
  bool operator!=(const Shape& o) const { return !(*this == o); }
};

// Bytes of `elements` elements; types below a byte are packed, the last byte padded.
constexpr size_t BytesOf(TensorType type, size_t elements) {
  return (elements * static_cast<size_t>(BitsOf(type)) + 7) / 8;
}

class TensorView {
 public:
  TensorView() = default;
  TensorView(fb::Table table, void* data) : table_(table), data_(data) {}

  bool present() const { return table_.present(); }  // false: an optional input that is not there

  TensorType type() const { return table_.Scalar<TensorType>(field::Tensor::kType); }
  Shape shape() const {
    const auto dims = table_.VectorOf<int32_t>(field::Tensor::kShape);
    return Shape{dims.data(), dims.size()};
  }
  int rank() const { return shape().rank; }
  int32_t dim(int i) const { return shape()[i]; }
  int32_t elements() const { return shape().elements(); }
  size_t bytes() const { return BytesOf(type(), static_cast<size_t>(elements())); }
  const char* name() const { return table_.String(field::Tensor::kName); }
  bool is_variable() const { return table_.Scalar<uint8_t>(field::Tensor::kIsVariable) != 0; }

  // real = scale * (quantized - zero_point). 0 when the tensor has no quantisation.
  float scale() const { return scale_count() == 0 ? 0.0f : scales()[0]; }
  int32_t zero_point() const {
    const auto zero_points = Quantization().VectorOf<int64_t>(field::Quantization::kZeroPoint);
    return zero_points.size() == 0 ? 0 : static_cast<int32_t>(zero_points[0]);
  }
  // More than one scale: one for each index along quantized_dimension. A kernel that reads more
  // than the first checks the count itself.
  int scale_count() const { return ScaleVector().size(); }
  const float* scales() const { return ScaleVector().data(); }
  int quantized_dimension() const {
    return Quantization().Scalar<int32_t>(field::Quantization::kQuantizedDimension);
  }
  // True when every zero point is 0, as symmetric weights and biases have it.
  bool is_symmetric() const;

  // While an op is prepared only constants (and resource handles) have data.
  template <typename T>
  T* data() const {
    return static_cast<T*>(data_);
  }
  void* raw() const { return data_; }

 private:
  // A table that is absent reads as one without fields.
  fb::Table Quantization() const;
  fb::Vector<float> ScaleVector() const {
    return Quantization().VectorOf<float>(field::Quantization::kScale);
  }

  fb::Table table_;
  void* data_ = nullptr;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_TENSOR_VIEW_H_
