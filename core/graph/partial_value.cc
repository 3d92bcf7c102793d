#include "core/graph/partial_value.h"

#include <algorithm>
#include <limits>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

using MaybeInt = std::optional<int64_t>;
using MaybeValue = std::optional<PartialValue>;

constexpr int kMaxVisits = 256;
constexpr int kMaxDepth = 32;

MaybeInt Known(int64_t size) { return size >= 0 ? MaybeInt(size) : std::nullopt; }
PartialValue ScalarOf(MaybeInt v) { return {true, {v}}; }

int64_t IntAttr(const Node& node, absl::string_view name, int64_t otherwise) {
  int64_t value;
  return node.GetAttr(name, &value).ok() ? value : otherwise;
}

MaybeInt Combine(absl::string_view op, MaybeInt a, MaybeInt b) {
  if (!a || !b) return std::nullopt;
  int64_t r;
  if (op == "Add" || op == "AddV2") {
    if (!__builtin_add_overflow(*a, *b, &r)) return r;
  } else if (op == "Sub") {
    if (!__builtin_sub_overflow(*a, *b, &r)) return r;
  } else if (op == "Mul") {
    if (!__builtin_mul_overflow(*a, *b, &r)) return r;
  } else if (op == "Maximum") {
    return std::max(*a, *b);
  } else if (op == "Minimum") {
    return std::min(*a, *b);
  } else if (op == "FloorDiv" && *a >= 0 && *b > 0) {
    return *a / *b;
  }
  return std::nullopt;
}

// Position in a vector of n of an index that may count from the end; nullopt if outside.
std::optional<size_t> Position(MaybeInt index, size_t n) {
  if (!index) return std::nullopt;
  const int64_t size = static_cast<int64_t>(n);
  const int64_t i = *index < 0 ? *index + size : *index;
  if (i < 0 || i >= size) return std::nullopt;
  return static_cast<size_t>(i);
}

class Evaluator {
 public:
  MaybeValue Eval(Endpoint e, int depth) {
    if (e.node == nullptr || depth > kMaxDepth || ++visits_ > kMaxVisits) return std::nullopt;
    const DType type = BaseType(e.node->output_type(e.index));
    if (type != DType::kInt32 && type != DType::kInt64) return std::nullopt;
    depth_ = depth;
    MaybeValue value = EvalOp(e);
    if (!value || value->elements.size() > static_cast<size_t>(Shape::kMaxRank)) {
      return FromShape(e.node->output_shape(e.index));
    }
    if (type == DType::kInt32) ForgetWhatWraps(&*value);
    return value;
  }

 private:
  // Nothing known of the elements but how many there are.
  static MaybeValue FromShape(const PartialShape& shape) {
    if (shape.rank() == 0) return ScalarOf(std::nullopt);
    if (shape.rank() != 1 || shape.dim(0) < 0 || shape.dim(0) > Shape::kMaxRank) {
      return std::nullopt;
    }
    PartialValue v;
    v.elements.resize(shape.dim(0));
    return v;
  }

  static void ForgetWhatWraps(PartialValue* v) {
    for (MaybeInt& i : v->elements) {
      if (i &&
          (*i < std::numeric_limits<int32_t>::min() || *i > std::numeric_limits<int32_t>::max())) {
        i.reset();
      }
    }
  }

  MaybeValue Input(const Node& node, int i) {
    const int depth = depth_;
    MaybeValue v = i < node.num_inputs() ? Eval(node.input(i), depth + 1) : std::nullopt;
    depth_ = depth;
    return v;
  }
  MaybeInt ScalarInput(const Node& node, int i) {
    const MaybeValue v = Input(node, i);
    return v && v->is_scalar ? v->elements[0] : std::nullopt;
  }

  MaybeValue EvalOp(Endpoint e) {
    using Method = MaybeValue (Evaluator::*)(const Node&);
    static const auto& methods = *new absl::flat_hash_map<absl::string_view, Method>{
        {"Const", &Evaluator::Constant},  {"Rank", &Evaluator::Rank},
        {"Size", &Evaluator::Size},       {"VariableShape", &Evaluator::VariableShape},
        {"Identity", &Evaluator::Same},   {"StopGradient", &Evaluator::Same},
        {"Cast", &Evaluator::Same},       {"Pack", &Evaluator::Pack},
        {"ConcatV2", &Evaluator::Concat}, {"StridedSlice", &Evaluator::StridedSlice},
        {"Slice", &Evaluator::Slice},     {"Gather", &Evaluator::Gather},
        {"GatherV2", &Evaluator::Gather}, {"ExpandDims", &Evaluator::ExpandDims},
        {"Squeeze", &Evaluator::Squeeze}, {"Reshape", &Evaluator::Reshape},
        {"Range", &Evaluator::Range},     {"Prod", &Evaluator::Product},
        {"Add", &Evaluator::Binary},      {"AddV2", &Evaluator::Binary},
        {"Sub", &Evaluator::Binary},      {"Mul", &Evaluator::Binary},
        {"Maximum", &Evaluator::Binary},  {"Minimum", &Evaluator::Binary},
        {"FloorDiv", &Evaluator::Binary},
    };
    const Node& node = *e.node;
    if (node.type() == "Shape" || node.type() == "ShapeN") return ShapeOf(node, e.index);
    const auto it = methods.find(node.type());
    return it == methods.end() ? std::nullopt : (this->*it->second)(node);
  }

  static MaybeValue FromDims(const PartialShape& shape) {
    if (!shape.known_rank()) return std::nullopt;
    PartialValue v;
    for (const int64_t d : shape.dims()) v.elements.push_back(Known(d));
    return v;
  }

  static const PartialShape& InputShape(const Node& node, int i) {
    static const PartialShape& unknown = *new PartialShape;
    const Endpoint e = node.input(i);
    return e.node == nullptr ? unknown : e.node->output_shape(e.index);
  }

  MaybeValue Constant(const Node& node) {
    const Tensor* t = ConstantValue({const_cast<Node*>(&node), 0});
    if (t == nullptr || t->rank() > 1 || t->num_elements() > Shape::kMaxRank) return std::nullopt;
    PartialValue v;
    v.is_scalar = t->rank() == 0;
    if (t->dtype() == DType::kInt32) {
      v.elements.assign(t->flat<int32_t>().begin(), t->flat<int32_t>().end());
    } else if (t->dtype() == DType::kInt64) {
      v.elements.assign(t->flat<int64_t>().begin(), t->flat<int64_t>().end());
    } else {
      return std::nullopt;
    }
    return v;
  }

  MaybeValue ShapeOf(const Node& node, int index) {
    if (index >= node.num_inputs()) return std::nullopt;
    return FromDims(InputShape(node, index));
  }

  MaybeValue VariableShape(const Node& node) {
    const Endpoint e = node.input(0);
    const HandleData* handle = e.node == nullptr ? nullptr : e.node->output_handle(e.index);
    return handle == nullptr ? std::nullopt : FromDims((*handle)[0].shape);
  }

  MaybeValue Rank(const Node& node) { return ScalarOf(Known(InputShape(node, 0).rank())); }
  MaybeValue Size(const Node& node) { return ScalarOf(Known(InputShape(node, 0).num_elements())); }
  MaybeValue Same(const Node& node) { return Input(node, 0); }

  MaybeValue Pack(const Node& node) {
    if (node.num_inputs() > Shape::kMaxRank) return std::nullopt;
    PartialValue v;
    for (int i = 0; i < node.num_inputs(); ++i) {
      const MaybeValue one = Input(node, i);
      if (!one || !one->is_scalar) return std::nullopt;
      v.elements.push_back(one->elements[0]);
    }
    return v;
  }

  MaybeValue Concat(const Node& node) {
    PartialValue v;
    for (int i = 0; i + 1 < node.num_inputs(); ++i) {
      const MaybeValue part = Input(node, i);
      if (!part || part->is_scalar || v.elements.size() + part->elements.size() > Shape::kMaxRank) {
        return std::nullopt;
      }
      v.elements.insert(v.elements.end(), part->elements.begin(), part->elements.end());
    }
    return v;
  }

  // The one element of a vector that gives a bound of a slice along the only dimension.
  MaybeInt BoundInput(const Node& node, int i) {
    const MaybeValue v = Input(node, i);
    return v && !v->is_scalar && v->elements.size() == 1 ? v->elements[0] : std::nullopt;
  }

  MaybeValue StridedSlice(const Node& node) {
    const MaybeValue in = Input(node, 0);
    if (!in || in->is_scalar || IntAttr(node, "ellipsis_mask", 0) != 0 ||
        IntAttr(node, "new_axis_mask", 0) != 0) {
      return std::nullopt;
    }
    const MaybeInt begin = BoundInput(node, 1), end = BoundInput(node, 2),
                   stride = BoundInput(node, 3);
    const int64_t n = static_cast<int64_t>(in->elements.size());
    if (IntAttr(node, "shrink_axis_mask", 0) & 1) {
      const std::optional<size_t> at = Position(begin, in->elements.size());
      return ScalarOf(at ? in->elements[*at] : std::nullopt);
    }
    const bool all_before = IntAttr(node, "begin_mask", 0) & 1;
    const bool all_after = IntAttr(node, "end_mask", 0) & 1;
    if (!stride || *stride == 0 || *stride == std::numeric_limits<int64_t>::min() ||
        (!all_before && !begin) || (!all_after && !end)) {
      return std::nullopt;
    }
    const bool forward = *stride > 0;
    const int64_t low = forward ? 0 : -1, high = forward ? n : n - 1;
    const auto clamp = [&](int64_t i) { return std::clamp(i < 0 ? i + n : i, low, high); };
    int64_t i = all_before ? (forward ? 0 : n - 1) : clamp(*begin);
    const int64_t stop = all_after ? (forward ? n : -1) : clamp(*end);
    PartialValue v;
    // A stride beyond the vector takes one element at most, and must not overflow the sum.
    const int64_t step = std::clamp<int64_t>(*stride, -n - 1, n + 1);
    for (; forward ? i < stop : i > stop; i += step) v.elements.push_back(in->elements[i]);
    return v;
  }

  MaybeValue Slice(const Node& node) {
    const MaybeValue in = Input(node, 0);
    const MaybeInt begin = BoundInput(node, 1), size = BoundInput(node, 2);
    if (!in || in->is_scalar || !begin || !size) return std::nullopt;
    const int64_t n = static_cast<int64_t>(in->elements.size());
    if (*begin < 0 || *begin > n) return std::nullopt;
    const int64_t count = *size == -1 ? n - *begin : *size;
    if (count < 0 || count > n - *begin) return std::nullopt;
    PartialValue v;
    v.elements.assign(in->elements.begin() + *begin, in->elements.begin() + *begin + count);
    return v;
  }

  MaybeValue Gather(const Node& node) {
    const MaybeValue in = Input(node, 0), indices = Input(node, 1);
    if (!in || in->is_scalar || !indices) return std::nullopt;
    PartialValue v;
    v.is_scalar = indices->is_scalar;
    for (const MaybeInt& index : indices->elements) {
      const std::optional<size_t> at =
          index && *index >= 0 ? Position(index, in->elements.size()) : std::nullopt;
      v.elements.push_back(at ? in->elements[*at] : std::nullopt);
    }
    return v;
  }

  MaybeValue ExpandDims(const Node& node) {
    MaybeValue v = Input(node, 0);
    if (!v || !v->is_scalar) return std::nullopt;
    v->is_scalar = false;
    return v;
  }

  MaybeValue Squeeze(const Node& node) {
    MaybeValue v = Input(node, 0);
    if (!v || v->elements.size() != 1) return std::nullopt;
    v->is_scalar = true;
    return v;
  }

  MaybeValue Reshape(const Node& node) {
    MaybeValue v = Input(node, 0);
    const MaybeValue shape = Input(node, 1);
    if (!v || !shape || shape->is_scalar || shape->elements.size() > 1) return std::nullopt;
    if (shape->elements.empty() && v->elements.size() != 1) return std::nullopt;
    v->is_scalar = shape->elements.empty();
    return v;
  }

  MaybeValue Range(const Node& node) {
    const MaybeInt start = ScalarInput(node, 0), limit = ScalarInput(node, 1),
                   delta = ScalarInput(node, 2);
    constexpr int64_t kSmall = int64_t{1} << 32;  // so that nothing below overflows
    for (const MaybeInt& i : {start, limit, delta}) {
      if (!i || *i < -kSmall || *i > kSmall) return std::nullopt;
    }
    if (*delta == 0) return std::nullopt;
    PartialValue v;
    for (int64_t i = *start; *delta > 0 ? i < *limit : i > *limit; i += *delta) {
      if (v.elements.size() == Shape::kMaxRank) return std::nullopt;
      v.elements.push_back(i);
    }
    return v;
  }

  // Over the only dimension of a vector.
  MaybeValue Product(const Node& node) {
    const MaybeValue in = Input(node, 0), axes = Input(node, 1);
    if (!in || in->is_scalar || !axes || axes->elements.size() != 1 || !axes->elements[0]) {
      return std::nullopt;
    }
    MaybeInt product = 1;
    for (const MaybeInt& i : in->elements) product = Combine("Mul", product, i);
    bool keep_dims = false;
    node.GetAttr("keep_dims", &keep_dims).IgnoreError();
    return PartialValue{!keep_dims, {product}};
  }

  MaybeValue Binary(const Node& node) {
    const MaybeValue a = Input(node, 0), b = Input(node, 1);
    if (!a || !b) return std::nullopt;
    const size_t na = a->elements.size(), nb = b->elements.size();
    if (na != nb && na != 1 && nb != 1) return std::nullopt;
    PartialValue v;
    v.is_scalar = a->is_scalar && b->is_scalar;
    for (size_t i = 0; i < (na == 1 ? nb : na); ++i) {
      v.elements.push_back(
          Combine(node.type(), a->elements[na == 1 ? 0 : i], b->elements[nb == 1 ? 0 : i]));
    }
    return v;
  }

  int visits_ = 0;
  int depth_ = 0;
};

}  // namespace

std::optional<PartialValue> EvaluatePartially(Endpoint e) { return Evaluator().Eval(e, 0); }

}  // namespace millrace
