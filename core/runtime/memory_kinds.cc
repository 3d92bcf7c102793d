#include "core/runtime/memory_kinds.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace millrace {
namespace {

// How many tensors an argument stands for.
int64_t LengthOf(const ArgDef& arg, const AttrMap& attrs) {
  if (!arg.number_attr.empty()) {
    int64_t n = 0;
    return attrs.Get(arg.number_attr, &n).ok() ? n : 0;
  }
  if (!arg.type_list_attr.empty()) {
    std::vector<DType> types;
    return attrs.Get(arg.type_list_attr, &types).ok() ? static_cast<int64_t>(types.size()) : 0;
  }
  return 1;
}

MemoryKinds KindsOf(const std::vector<ArgDef>& args, absl::Span<const DType> types,
                    const AttrMap& attrs, const std::vector<std::string>& host_memory) {
  MemoryKinds kinds(types.size(), MemoryKind::kDevice);
  size_t i = 0;
  for (const ArgDef& arg : args) {
    const bool host =
        std::find(host_memory.begin(), host_memory.end(), arg.name) != host_memory.end();
    for (int64_t n = LengthOf(arg, attrs); n > 0 && i < kinds.size(); --n, ++i) {
      if (host || IsRef(types[i]) || !IsTriviallyCopyable(types[i])) kinds[i] = MemoryKind::kHost;
    }
  }
  return kinds;
}

bool IsOnHost(const Tensor& t) {
  return t.buffer() == nullptr || t.buffer()->allocator() == nullptr ||
         t.buffer()->allocator()->host_accessible();
}

class CopyKernel final : public AsyncKernel {
 public:
  explicit CopyKernel(bool to_host) : to_host_(to_host) {}

  void ComputeAsync(KernelContext& c, Done done) override {
    const Tensor& tensor = c.input(0);
    if (IsOnHost(tensor) == to_host_) {
      c.set_output(0, tensor);
      done(absl::OkStatus());
      return;
    }
    auto finish = [&c, done = std::move(done)](absl::StatusOr<Tensor> copy) mutable {
      if (copy.ok()) c.set_output(0, *std::move(copy));
      done(copy.status());
    };
    if (to_host_) {
      c.device()->CopyToHost(tensor, std::move(finish));
    } else {
      c.device()->CopyFromHost(tensor, std::move(finish));
    }
  }
  bool cheap() const override { return true; }

 private:
  const bool to_host_;
};

}  // namespace

KernelMemory MemoryOf(const Node& node, const KernelRegistration& registration) {
  return {KindsOf(node.op().inputs, node.input_types(), node.attrs(), registration.host_memory),
          KindsOf(node.op().outputs, node.output_types(), node.attrs(), registration.host_memory)};
}

std::unique_ptr<Kernel> NewCopyKernel(MemoryKind to) {
  return std::make_unique<CopyKernel>(to == MemoryKind::kHost);
}

}  // namespace millrace
