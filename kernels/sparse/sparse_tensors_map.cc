// AddSparseToTensorsMap, AddManySparseToTensorsMap, TakeManySparseFromTensorsMap: sparse tensors
// that wait under a number, so that they pass through queues of dense elements. The ops of one map
// have its name in common, not a handle.
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"
#include "kernels/sparse/sparse_outputs.h"
#include "kernels/sparse/sparse_rows.h"

namespace millrace {
namespace {

// Thread-safe.
class SparseTensorsMap final : public Resource {
 public:
  static constexpr char kTypeName[] = "SparseTensorsMap";
  absl::string_view type_name() const override { return kTypeName; }

  // The number under which it is kept: 0, 1, ...
  absl::StatusOr<int64_t> Add(SparseTriple sparse) {
    for (Tensor* t : {&sparse.indices, &sparse.values, &sparse.shape}) {
      MR_ASSIGN_OR_RETURN(*t, t->Owned());
    }
    MutexLock lock(mu_);
    sparse_.emplace(next_, std::move(sparse));
    return next_++;
  }

  // Takes out all of the numbers, up to the first that is missing.
  absl::StatusOr<std::vector<SparseTriple>> Take(absl::Span<const int64_t> handles) {
    std::vector<SparseTriple> taken;
    MutexLock lock(mu_);
    for (const int64_t handle : handles) {
      const auto found = sparse_.find(handle);
      if (found == sparse_.end())
        return absl::InvalidArgumentError(
            absl::StrCat("Unable to find SparseTensor: ", handle, " in map"));
      taken.push_back(std::move(found->second));
      sparse_.erase(found);
    }
    return taken;
  }

 private:
  Mutex mu_;
  absl::flat_hash_map<int64_t, SparseTriple> sparse_ ABSL_GUARDED_BY(mu_);
  int64_t next_ ABSL_GUARDED_BY(mu_) = 0;
};

class TensorsMapKernel : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) final {
    std::string container, name;
    MR_RETURN_IF_ERROR(c.GetAttr("container", &container));
    MR_RETURN_IF_ERROR(c.GetAttr("shared_name", &name));
    handle_ = c.device()->resources().MakeHandle(container, name.empty() ? c.node_name() : name,
                                                 SparseTensorsMap::kTypeName);
    return absl::OkStatus();
  }

 protected:
  absl::StatusOr<std::shared_ptr<SparseTensorsMap>> Map(KernelContext& c) const {
    return c.resources().LookupOrCreate<SparseTensorsMap>(
        handle_, []() -> absl::StatusOr<std::shared_ptr<SparseTensorsMap>> {
          return std::make_shared<SparseTensorsMap>();
        });
  }

 private:
  ResourceHandle handle_;
};

class AddSparseKernel final : public TensorsMapKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_RETURN_IF_ERROR(SparseView::Create(c.input(0), c.input(1), c.input(2)).status());
    MR_ASSIGN_OR_RETURN(const auto map, Map(c));
    MR_ASSIGN_OR_RETURN(const int64_t handle, map->Add({c.input(0), c.input(1), c.input(2)}));
    c.set_output(0, Tensor::Scalar<int64_t>(handle));
    return absl::OkStatus();
  }
};

class AddManySparseKernel final : public TensorsMapKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const SparseView in,
                        SparseView::Create(c.input(0), c.input(1), c.input(2)));
    MR_RETURN_IF_ERROR(CheckRows(in));
    MR_ASSIGN_OR_RETURN(const auto map, Map(c));
    Tensor* handles;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({in.shape[0]}), &handles));
    // Rows without elements come last, as TensorFlow numbers them.
    const auto add = [&](int64_t row, SparseTriple sparse) -> absl::Status {
      MR_ASSIGN_OR_RETURN(handles->mutable_data<int64_t>()[row], map->Add(std::move(sparse)));
      return absl::OkStatus();
    };
    std::vector<std::pair<int64_t, SparseTriple>> empty;
    MR_RETURN_IF_ERROR(ForEachRow(in, [&](int64_t row, SparseTriple sparse) -> absl::Status {
      if (sparse.values.dim(0) > 0) return add(row, std::move(sparse));
      empty.emplace_back(row, std::move(sparse));
      return absl::OkStatus();
    }));
    for (auto& [row, sparse] : empty) MR_RETURN_IF_ERROR(add(row, std::move(sparse)));
    return absl::OkStatus();
  }
};

class TakeManySparseKernel final : public TensorsMapKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& handles = c.input(0);
    if (handles.rank() != 1 || handles.dim(0) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("sparse_handles should be a vector with at least one element, not ",
                       handles.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const auto map, Map(c));
    MR_ASSIGN_OR_RETURN(const std::vector<SparseTriple> taken, map->Take(handles.flat<int64_t>()));
    return JoinSparse(c, taken, {handles.dim(0)});
  }
};

template <bool kMany>
absl::Status AddedShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 2).status());
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  MR_RETURN_IF_ERROR(c.WithRank(2, 1).status());
  c.set_output(0, kMany ? PartialShape::UnknownOfRank(1) : PartialShape::Scalar());
  return absl::OkStatus();
}

absl::Status TakenShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 1).status());
  return SparseOutputs(c);
}

}  // namespace

absl::Status RegisterSparseTensorsMap(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("AddSparseToTensorsMap")
                               .Input("sparse_indices: int64")
                               .Input("sparse_values: T")
                               .Input("sparse_shape: int64")
                               .Output("sparse_handle: int64")
                               .Attr("T: type")
                               .Attr("container: string = ''")
                               .Attr("shared_name: string = ''")
                               .Stateful()
                               .Doc("Keeps a sparse tensor in a map; the number that it has there.")
                               .Shape(AddedShape<false>)
                               .NotDifferentiable()
                               .Cpu<AddSparseKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("AddManySparseToTensorsMap")
                .Input("sparse_indices: int64")
                .Input("sparse_values: T")
                .Input("sparse_shape: int64")
                .Output("sparse_handles: int64")
                .Attr("T: type")
                .Attr("container: string = ''")
                .Attr("shared_name: string = ''")
                .Stateful()
                .Doc("Keeps each row of a sparse tensor in a map; the numbers that they have.")
                .Shape(AddedShape<true>)
                .NotDifferentiable()
                .Cpu<AddManySparseKernel>()));
  return r.Add(Op("TakeManySparseFromTensorsMap")
                   .Input("sparse_handles: int64")
                   .Output("sparse_indices: int64")
                   .Output("sparse_values: dtype")
                   .Output("sparse_shape: int64")
                   .Attr("dtype: type")
                   .Attr("container: string = ''")
                   .Attr("shared_name: string = ''")
                   .Stateful()
                   .Doc("Takes sparse tensors out of a map, as rows of one.")
                   .Shape(TakenShape)
                   .NotDifferentiable()
                   .Cpu<TakeManySparseKernel>());
}

}  // namespace millrace
