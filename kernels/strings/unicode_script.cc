// UnicodeScript: the script each code point belongs to.
#include <algorithm>
#include <iterator>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/strings/unicode_script_table.h"

namespace millrace {
namespace {

int32_t ScriptOf(int32_t code_point) {
  const ScriptRange* next =
      std::upper_bound(std::begin(kScriptRanges), std::end(kScriptRanges), code_point,
                       [](int32_t code, const ScriptRange& range) { return code < range.first; });
  return next == std::begin(kScriptRanges) ? -1 : std::prev(next)->script;
}

class UnicodeScriptKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, c.input(0).shape(), &out));
    const int32_t* in = c.input(0).data<int32_t>();
    std::transform(in, in + out->num_elements(), out->mutable_data<int32_t>(), ScriptOf);
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status RegisterUnicodeScript(Registry& r) {
  return r.Add(Op("UnicodeScript")
                   .Input("input: int32")
                   .Output("output: int32")
                   .Doc("The script of each code point, as a number of ICU's UScriptCode; -1 for "
                        "what is no code point.")
                   .Shape(SameAsInput0)
                   .NotDifferentiable()
                   .Cpu<UnicodeScriptKernel>());
}

}  // namespace millrace
