// OpSchema: what the registry knows of an op: its inputs, outputs and attributes, how shapes
// follow, its gradient and its kernels. Op: the builder with which an op's file writes its schema
// down.
#ifndef MILLRACE_CORE_GRAPH_OP_SCHEMA_H_
#define MILLRACE_CORE_GRAPH_OP_SCHEMA_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/graph/attr.h"
#include "core/tensor/dtype.h"

namespace millrace {

class Builder;             // core/graph/builder.h
class Kernel;              // core/runtime/kernel.h
class KernelConstruction;  // core/runtime/kernel.h
class OpView;              // core/graph/gradient.h
class ShapeContext;        // core/graph/shape_inference.h
struct Gradient;           // core/graph/gradient.h

// An input or output: one tensor, or a list of tensors.
struct ArgDef {
  std::string name;
  DType type = DType::kInvalid;  // the type, where fixed
  std::string type_attr;         // or the attribute that holds it
  std::string number_attr;       // a list of this many tensors of one type
  std::string type_list_attr;    // a list of tensors of these types
  bool is_ref = false;
  std::string doc;

  bool is_list() const { return !number_attr.empty() || !type_list_attr.empty(); }
};

struct AttrDef {
  std::string name;
  AttrKind kind = AttrKind::kNone;
  std::optional<Attr> default_value;
  std::vector<DType> allowed_types;          // empty: any (for kType and kListType)
  std::vector<std::string> allowed_strings;  // empty: any (for kString and kListString)
  std::optional<int64_t> minimum;            // of an int's value or a list's length
  std::string doc;
};

// Computes the shapes of the outputs (shape_inference.h). INVALID_ARGUMENT if the inputs cannot be
// right.
using ShapeFn = absl::Status (*)(ShapeContext&);

// The gradient of an op (gradient.h): given dL/d(output i) for each output (invalid where there is
// none), adds to the builder what computes dL/d(input j), and returns one entry an input (invalid
// where there is none).
using GradientFn = absl::StatusOr<std::vector<Gradient>> (*)(Builder&, const OpView&,
                                                             const std::vector<Gradient>&);

using KernelFactory = std::unique_ptr<Kernel> (*)();

// One way to compute an op: on this device type, for these values of type attributes.
struct KernelRegistration {
  std::string device_type;                           // "CPU"
  std::vector<std::pair<std::string, DType>> types;  // attribute -> required type
  std::vector<std::string>
      host_memory;  // arguments that live in host memory on a device with memory of its own
  KernelFactory factory = nullptr;
  // A kernel made by a plug-in: `make` is called instead of `factory`.
  std::shared_ptr<std::function<std::unique_ptr<Kernel>()>> make;
};

struct OpSchema {
  std::string name;
  std::vector<ArgDef> inputs, outputs;
  std::vector<std::string> control_outputs;
  std::vector<AttrDef> attrs;
  std::string doc;  // first line: summary
  bool is_stateful =
      false;  // not folded, not deduplicated, run even if nothing is fetched when it is a target
  bool is_commutative = false;
  bool is_aggregate = false;
  bool allows_uninitialized_input = false;
  bool may_wait = false;  // its kernels are AsyncKernels that may take long

  std::vector<ShapeFn> shape_fns;  // run in order; empty: shapes unknown
  GradientFn gradient = nullptr;
  bool not_differentiable = false;
  bool accepts_sparse_gradient =
      false;  // the gradient function takes IndexedSlices; else they are made dense first
  std::vector<KernelRegistration> kernels;

  const AttrDef* FindAttr(absl::string_view attr) const;
  bool has_ref_args() const;
};

// Fluent builder. Specs have the grammar of TensorFlow's op registration:
//   .Input("x: T") .Input("values: N * T") .Input("inputs: Tlist") .Input("ref: Ref(T)")
//   .Input("axis: int32") .Attr("T: {half, float} = DT_FLOAT") .Attr("T: type") .Attr("T:
//   numbertype | realnumbertype | quantizedtype") .Attr("N: int >= 1 = 2") .Attr("padding: {'SAME',
//   'VALID'}") .Attr("strides: list(int) >= 4 = [1,1,1,1]") .Attr("shape: shape = { unknown_rank:
//   true }") .Attr("f: func") .Attr("dtypes: list(type) >= 1")
// A spec that does not parse makes Registry::Add fail with INVALID_ARGUMENT.
class Op {
 public:
  explicit Op(absl::string_view name);
  Op(const Op& o);
  Op(Op&& o) noexcept;
  ~Op();

  Op& Input(absl::string_view spec);
  Op& Output(absl::string_view spec);
  Op& Attr(absl::string_view spec);
  Op& Doc(absl::string_view text);
  Op& Stateful();
  Op& Commutative();
  Op& Aggregate();
  Op& AllowsUninitializedInput();
  Op& MayWait();

  template <typename... Fns>
  Op& Shape(Fns... fns) {
    (schema_.shape_fns.push_back(static_cast<ShapeFn>(fns)), ...);
    return *this;
  }
  Op& Gradient(GradientFn fn);
  Op& NotDifferentiable();
  Op& AcceptsSparseGradient();

  // A kernel for every type: .Cpu<MyKernel>().
  template <typename K>
  Op& Cpu() {
    return AddCpuKernel(&MakeKernel<K>);
  }
  // A kernel a value of the type attribute "T": .Cpu<MyKernel, float, double>().
  template <template <typename> class K, typename... Ts>
  Op& Cpu() {
    return CpuFor<K, Ts...>("T");
  }
  // The same for another type attribute: .CpuFor<MyKernel, float, double>("dtype").
  template <template <typename> class K, typename... Ts>
  Op& CpuFor(absl::string_view attr) {
    (AddCpuKernel(&MakeKernel<K<Ts>>, attr, kDTypeOf<Ts>), ...);
    return *this;
  }
  Op& AddKernel(KernelRegistration registration);

  // The finished schema, or why a spec was wrong.
  absl::StatusOr<OpSchema> Build() const;

 private:
  template <typename K>
  static std::unique_ptr<Kernel> MakeKernel() {
    return std::make_unique<K>();
  }
  // For any type, or for one value of the type attribute `attr`.
  Op& AddCpuKernel(KernelFactory factory);
  Op& AddCpuKernel(KernelFactory factory, absl::string_view attr, DType type);
  void Fail(absl::string_view spec, absl::string_view why);

  OpSchema schema_;
  absl::Status status_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_OP_SCHEMA_H_
