// StridedCopy: moves elements between two arrays, each walked by strides of its own. A slice, a
// transpose, a tile, a pad or a join is one or a few of these.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_STRIDED_COPY_H_
#define MILLRACE_MICRO_KERNELS_COMMON_STRIDED_COPY_H_

#include <cstdint>

#include "micro/core/schema.h"
#include "micro/core/tensor_view.h"

namespace millrace::micro {

class StridedCopy {
 public:
  // A tile walks each dimension of a tensor twice.
  static constexpr int kMaxCopyRank = 2 * kMaxRank;

  // The next dimension inwards: `size` elements that lie `from` elements apart in the source (0:
  // the same one again; negative: backwards) and `to` apart in the target. At most kMaxCopyRank
  // calls.
  void Add(int32_t size, int64_t from, int64_t to);
  // Copies elements of a type of fixed size (BitsOf > 0, a few bits too), beginning with number
  // `from` of the source and `to` of the target. The caller made sure that all lie inside; source
  // and target do not overlap.
  void Run(TensorType type, const void* source, int32_t from, void* target, int32_t to) const;

 private:
  void Swap(int d, int e);
  // Whether the two innermost dimensions are a plane as loops/copy_plane.h takes them; brings the
  // source's innermost there.
  bool EndsInPlane();
  // REQUIRES: EndsInPlane().
  void RunPlanes(int bytes, const void* source, int32_t from, void* target, int32_t to) const;

  int32_t sizes_[kMaxCopyRank];
  int32_t from_[kMaxCopyRank];
  int32_t to_[kMaxCopyRank];
  int rank_ = 0;
  bool empty_ = false;
};

// Elements between neighbours along each dimension of a dense tensor.
struct Strides {
  explicit Strides(const Shape& shape) {
    int32_t next = 1;
    for (int i = shape.rank - 1; i >= 0; --i) {
      of[i] = next;
      next *= shape[i];
    }
  }
  int32_t operator[](int i) const { return of[i]; }
  int32_t of[kMaxRank];
};

// Sets `count` elements to *value.
void FillElements(TensorType type, const void* value, void* target, int32_t count);
// Sets all elements of a type of whole bytes to the real value 0: the zero point where a quantised
// type has one.
void FillWithZero(const TensorView& tensor);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_STRIDED_COPY_H_
