// Nodes of any op with attributes and inputs drawn at random: mostly such as fit together, some
// that do not.
#pragma once

#include <random>
#include <vector>

#include "core/graph/attr.h"
#include "core/graph/op_schema.h"
#include "core/tensor/tensor.h"
#include "kernels/testing/op_runner.h"

namespace millrace {

struct RandomNode {
  AttrMap attrs;
  std::vector<OpInput> inputs;
};

// Draws nodes. Handles and variants are drawn from what was offered with Offer, or are of nothing.
class RandomNodes {
 public:
  explicit RandomNodes(uint64_t seed) : random_(seed) {}

  // False for ops that cannot be drawn: their attributes are functions.
  static bool CanDraw(const OpSchema& op);
  RandomNode Draw(const OpSchema& op);
  // A scalar of type resource or variant that nodes drawn later may take.
  void Offer(Tensor scalar);

 private:
  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  bool OneIn(int64_t n) { return Below(n) == 0; }
  template <typename T>
  const T& OneOf(const std::vector<T>& values) {
    return values[Below(static_cast<int64_t>(values.size()))];
  }

  int64_t Integer();  // small, now and then negative or huge
  double Real();      // small, now and then not finite
  std::string Text();
  Shape FreshShape();
  Shape AnyShape();  // often the node's common one
  DType AnyType(const std::vector<DType>& allowed);
  Attr AnyAttr(const AttrDef& def);
  void DrawAttrs(const OpSchema& op, AttrMap* attrs);
  std::vector<DType> TypesOf(const ArgDef& arg, const AttrMap& attrs);
  template <typename T, typename Make>
  Tensor Filled(const Shape& shape, Make make);
  Tensor AnyTensor(DType dtype);
  Tensor WholeNumbers(DType dtype, const Shape& shape);

  std::mt19937_64 random_;
  Shape common_;
  std::vector<Tensor> resources_, variants_;
};

}  // namespace millrace
