#include "core/plugin/host.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "absl/strings/str_cat.h"
#include "core/base/cancellation.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/step.h"
#include "core/tensor/dtype.h"

namespace millrace {
namespace {

int Fail(MillraceStatus* status, absl::Status error) {
  if (status != nullptr) status->status = std::move(error);
  return 1;
}

int FailInvalid(MillraceStatus* status, absl::string_view message) {
  return Fail(status, absl::InvalidArgumentError(message));
}

void SetStatus(MillraceStatus* status, int code, const char* message) {
  if (status == nullptr) return;
  const bool known = code >= 0 && code <= static_cast<int>(absl::StatusCode::kUnauthenticated);
  status->status =
      absl::Status(known ? static_cast<absl::StatusCode>(code) : absl::StatusCode::kUnknown,
                   message != nullptr ? message : "");
}

bool IsDType(int32_t type) { return IsValidDType(type) && !IsRef(static_cast<DType>(type)); }

// The fields of `given` that its author knew, the rest zero.
template <typename T>
T Known(const T* given) {
  T known = {};
  std::memcpy(&known, given, std::min(given->struct_size, sizeof(T)));
  return known;
}

void SetShape(int shape, Op* op) {
  switch (shape) {
    case MILLRACE_SHAPE_SAME_AS_INPUT0:
      op->Shape(SameAsInput0);
      break;
    case MILLRACE_SHAPE_SCALAR:
      op->Shape(ScalarOutputs);
      break;
    case MILLRACE_SHAPE_BROADCAST:
      op->Shape(BroadcastInputs);
      break;
    default:
      op->Shape(UnknownOutputs);
  }
}

int RegisterOp(MillraceRegistry* registry, const MillraceOp* given, MillraceStatus* status) {
  if (registry == nullptr || given == nullptr) return FailInvalid(status, "no op is given");
  const MillraceOp def = Known(given);
  if (def.name == nullptr || *def.name == '\0') return FailInvalid(status, "an op has no name");
  Op op(def.name);
  const auto all_given = [](const char* const* specs, size_t n) {
    if (n > 0 && specs == nullptr) return false;
    for (size_t i = 0; i < n; ++i) {
      if (specs[i] == nullptr) return false;
    }
    return true;
  };
  if (!all_given(def.inputs, def.num_inputs) || !all_given(def.outputs, def.num_outputs) ||
      !all_given(def.attrs, def.num_attrs)) {
    return FailInvalid(status, absl::StrCat("op ", def.name, " lacks a spec"));
  }
  for (size_t i = 0; i < def.num_inputs; ++i) op.Input(def.inputs[i]);
  for (size_t i = 0; i < def.num_outputs; ++i) op.Output(def.outputs[i]);
  for (size_t i = 0; i < def.num_attrs; ++i) op.Attr(def.attrs[i]);
  if (def.doc != nullptr) op.Doc(def.doc);
  if (def.is_stateful != 0) op.Stateful();
  SetShape(def.shape, &op);
  registry->ops.push_back(std::move(op));
  registry->op_names.push_back(def.name);
  return 0;
}

int RegisterKernel(MillraceRegistry* registry, const MillraceKernel* given,
                   MillraceStatus* status) {
  if (registry == nullptr || given == nullptr) return FailInvalid(status, "no kernel is given");
  const MillraceKernel def = Known(given);
  if (def.op == nullptr || def.device_type == nullptr || def.compute == nullptr) {
    return FailInvalid(status, "a kernel needs an op, a device type and a compute function");
  }
  KernelRegistration registration;
  registration.device_type = def.device_type;
  if (def.type_attr != nullptr) {
    if (!IsDType(def.type)) {
      return FailInvalid(status, absl::StrCat("a kernel of ", def.op, " is for type ", def.type,
                                              ", which is none"));
    }
    registration.types = {{def.type_attr, static_cast<DType>(def.type)}};
  }
  registration.make = std::make_shared<std::function<std::unique_ptr<Kernel>()>>(
      [def] { return NewPluginKernel(def); });
  registry->kernels.emplace_back(def.op, std::move(registration));
  return 0;
}

template <typename T, typename Out>
int GetAttr(MillraceConstruction* c, const char* name, Out* value, MillraceStatus* status) {
  T found{};
  absl::Status got = c->construction->GetAttr(name, &found);
  if (!got.ok()) return Fail(status, std::move(got));
  *value = static_cast<Out>(found);
  return 0;
}

int GetAttrString(MillraceConstruction* c, const char* name, const char** data, size_t* size,
                  MillraceStatus* status) {
  auto found = std::make_unique<std::string>();
  absl::Status got = c->construction->GetAttr(name, found.get());
  if (!got.ok()) return Fail(status, std::move(got));
  *data = found->data();
  *size = found->size();
  c->strings.push_back(std::move(found));
  return 0;
}

int FillTensor(const Tensor& from, void* data, MillraceTensor* to) {
  MillraceTensor tensor = {};
  tensor.struct_size = to->struct_size;
  tensor.type = static_cast<int32_t>(from.dtype());
  tensor.rank = from.rank();
  tensor.dims = from.shape().dims().data();
  tensor.num_elements = from.num_elements();
  tensor.bytes = from.bytes();
  tensor.data = IsTriviallyCopyable(from.dtype()) ? data : nullptr;
  std::memcpy(to, &tensor, std::min(to->struct_size, sizeof(tensor)));
  return 0;
}

int GetInput(MillraceContext* c, int i, MillraceTensor* tensor, MillraceStatus* status) {
  if (i < 0 || i >= c->context->num_inputs()) {
    return FailInvalid(status, absl::StrCat("there is no input ", i));
  }
  const Tensor& input = c->context->input(i);
  return FillTensor(input, const_cast<void*>(input.raw_data()), tensor);
}

int AllocateOutput(MillraceContext* c, int i, const int64_t* dims, int32_t rank, int forward_input,
                   MillraceTensor* tensor, MillraceStatus* status) {
  KernelContext& context = *c->context;
  if (i < 0 || i >= context.num_outputs() || forward_input >= context.num_inputs()) {
    return FailInvalid(status, absl::StrCat("there is no output ", i, " or input ", forward_input));
  }
  if (rank < 0 || (rank > 0 && dims == nullptr)) return FailInvalid(status, "no shape is given");
  absl::StatusOr<Shape> shape = Shape::Create(absl::MakeConstSpan(dims, static_cast<size_t>(rank)));
  if (!shape.ok()) return Fail(status, shape.status());
  Tensor* out = nullptr;
  absl::Status allocated =
      forward_input >= 0 ? context.forward_or_allocate_output({forward_input}, i, *shape, &out)
                         : context.allocate_output(i, *shape, &out);
  if (!allocated.ok()) return Fail(status, std::move(allocated));
  return FillTensor(*out, out->mutable_raw_data(), tensor);
}

bool HasString(const Tensor& t, int64_t element) {
  return t.dtype() == DType::kString && element >= 0 && element < t.num_elements();
}

int GetString(MillraceContext* c, int i, int64_t element, const char** data, size_t* size,
              MillraceStatus* status) {
  if (i < 0 || i >= c->context->num_inputs() || !HasString(c->context->input(i), element)) {
    return FailInvalid(status, absl::StrCat("input ", i, " has no string ", element));
  }
  const std::string& s = c->context->input(i).data<std::string>()[element];
  *data = s.data();
  *size = s.size();
  return 0;
}

int SetString(MillraceContext* c, int i, int64_t element, const char* data, size_t size,
              MillraceStatus* status) {
  if (i < 0 || i >= c->context->num_outputs() ||
      !HasString(*c->context->mutable_output(i), element) || (data == nullptr && size > 0)) {
    return FailInvalid(status, absl::StrCat("output ", i, " has no string ", element));
  }
  c->context->mutable_output(i)->mutable_data<std::string>()[element].assign(
      data != nullptr ? data : "", size);
  return 0;
}

int IsCancelled(MillraceContext* c) {
  const Cancellation* cancellation = c->context->step().cancellation;
  return cancellation != nullptr && cancellation->IsCancelled() ? 1 : 0;
}

MillraceHost MakeHost() {
  MillraceHost host = {};
  host.struct_size = sizeof(host);
  host.api_version = MILLRACE_PLUGIN_API_VERSION;
  host.set_status = SetStatus;
  host.register_op = RegisterOp;
  host.register_kernel = RegisterKernel;
  host.get_attr_int = GetAttr<int64_t, int64_t>;
  host.get_attr_float = GetAttr<float, float>;
  host.get_attr_bool = GetAttr<bool, int>;
  host.get_attr_type = GetAttr<DType, int32_t>;
  host.get_attr_string = GetAttrString;
  host.num_inputs = [](MillraceContext* c) { return c->context->num_inputs(); };
  host.num_outputs = [](MillraceContext* c) { return c->context->num_outputs(); };
  host.get_input = GetInput;
  host.allocate_output = AllocateOutput;
  host.get_string = GetString;
  host.set_string = SetString;
  host.is_cancelled = IsCancelled;
  return host;
}

}  // namespace

const MillraceHost* PluginHost() {
  static const MillraceHost* const host = new MillraceHost(MakeHost());
  return host;
}

}  // namespace millrace
