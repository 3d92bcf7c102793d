// MapStage, MapUnstage and their kin: tuples of tensors handed from step to step by key, in parts
// if need be. The ops of one staging area have its name in common, not a handle.
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"
#include "core/runtime/step.h"
#include "kernels/queue/monitor.h"
#include "kernels/queue/staging_kernel.h"

namespace millrace {
namespace {

// Components; uninitialised where none was put, or it was taken.
using Parts = std::vector<Tensor>;

int64_t BytesOf(const Parts& parts) {
  size_t bytes = 0;
  for (const Tensor& t : parts) bytes += t.total_bytes();
  return static_cast<int64_t>(bytes);
}

struct StagedTuples {
  // By key; areas that keep no order could hold theirs in any.
  std::map<int64_t, Parts> whole, incomplete;
  int64_t bytes = 0;
};

class StagingMap final : public Resource {
 public:
  static constexpr char kTypeName[] = "StagingMap";
  // Areas whose tuples are ordered are others than those of the same name whose tuples are not.
  static const char* NameSuffix(absl::string_view op) {
    return absl::StartsWith(op, "Ordered") ? " (ordered)" : "";
  }
  absl::string_view type_name() const override { return kTypeName; }
  void Close() override { monitor.Close(); }

  Monitor<StagedTuples> monitor;
};

class MapStageBase : public StagingKernel<StagingMap> {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("dtypes", &dtypes_));
    return StagingKernel::Init(c);
  }

 protected:
  static absl::StatusOr<int64_t> Key(const Tensor& key) {
    if (key.num_elements() == 1) return key.scalar<int64_t>();
    return absl::InvalidArgumentError(absl::StrCat(
        "key must be an int64 scalar, got tensor with shape: ", key.shape().ToString()));
  }
  // INVALID_ARGUMENT unless there are any and they ascend.
  static absl::StatusOr<std::vector<int64_t>> Indices(const Tensor& indices) {
    const auto given = indices.flat<int32_t>();
    if (given.empty()) return absl::InvalidArgumentError("Indices are empty");
    for (size_t i = 1; i < given.size(); ++i) {
      if (given[i] <= given[i - 1])
        return absl::InvalidArgumentError("Indices are not strictly ordered");
    }
    return std::vector<int64_t>(given.begin(), given.end());
  }

  std::vector<DType> dtypes_;
};

// What is put at once, under ascending indices.
struct Put {
  int64_t key = 0;
  std::vector<int64_t> indices;
  Parts parts;
  int64_t bytes = 0;
};

class MapPutKernel final : public MapStageBase {
  void Run(KernelContext& c, std::shared_ptr<StagingMap> map, Done done) override {
    absl::StatusOr<Put> checked = Check(c);
    if (!checked.ok()) return done(checked.status());
    auto put = std::make_shared<Put>(*std::move(checked));
    StagingMap* m = map.get();
    m->monitor.Submit(
        c.step().cancellation, [this, put](StagedTuples& s) { return Insert(*put, &s); },
        [map = std::move(map), done = std::move(done)](absl::Status status) mutable {
          done(std::move(status));
        });
  }

  absl::StatusOr<Put> Check(KernelContext& c) const {
    Put put;
    MR_ASSIGN_OR_RETURN(put.key, Key(c.input(0)));
    MR_ASSIGN_OR_RETURN(put.indices, Indices(c.input(1)));
    for (int i = 2; i < c.num_inputs(); ++i) {
      MR_ASSIGN_OR_RETURN(Tensor owned, c.input(i).Owned());
      put.parts.push_back(std::move(owned));
    }
    put.bytes = BytesOf(put.parts);
    if (put.indices.size() != put.parts.size()) {
      return absl::InvalidArgumentError(absl::StrCat("there are ", put.parts.size(), " values for ",
                                                     put.indices.size(), " indices"));
    }
    for (size_t i = 0; i < put.indices.size(); ++i) {
      const int64_t index = put.indices[i];
      if (index < 0 || index >= static_cast<int64_t>(dtypes_.size())) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Index '", index, "' is out of bounds of tuples of ", dtypes_.size(), " components"));
      }
      if (put.parts[i].dtype() != dtypes_[static_cast<size_t>(index)]) {
        return absl::InvalidArgumentError(absl::StrCat(
            "component ", index, " is ", DTypeName(dtypes_[static_cast<size_t>(index)]), ", not ",
            DTypeName(put.parts[i].dtype())));
      }
    }
    if (memory_limit_ > 0 && put.bytes > memory_limit_) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "Attempted to insert tensors with combined size of '", put.bytes,
          "' bytes into a staging area with a memory limit of '", memory_limit_, "'."));
    }
    return put;
  }

  // Nothing is changed before it is known that it goes in.
  std::optional<absl::Status> Insert(Put& put, StagedTuples* s) const {
    const auto found = s->incomplete.find(put.key);
    size_t missing = dtypes_.size();
    if (found != s->incomplete.end()) {
      for (const Tensor& t : found->second) missing -= t.initialized() ? 1 : 0;
      for (const int64_t index : put.indices) {
        if (!found->second[static_cast<size_t>(index)].initialized()) continue;
        return absl::InvalidArgumentError(absl::StrCat(
            "The tensor for index '", index, "' for key '", put.key, "' was already initialized"));
      }
    }
    const bool whole = missing == put.indices.size();
    if (whole && capacity_ > 0 && static_cast<int64_t>(s->whole.size()) >= capacity_)
      return std::nullopt;
    if (memory_limit_ > 0 && s->bytes + put.bytes > memory_limit_) return std::nullopt;
    Parts parts = found != s->incomplete.end() ? std::move(found->second) : Parts(dtypes_.size());
    for (size_t i = 0; i < put.indices.size(); ++i)
      parts[static_cast<size_t>(put.indices[i])] = std::move(put.parts[i]);
    if (found != s->incomplete.end()) s->incomplete.erase(found);
    // The first tuple of a key stays.
    if ((whole ? s->whole : s->incomplete).emplace(put.key, std::move(parts)).second)
      s->bytes += put.bytes;
    return absl::OkStatus();
  }
};

enum class Taking { kPeek, kByKey, kAny };

// Waits for the tuple of a key, or for any: then its key is the first output, and it is the one
// with the least key.
template <Taking kTaking>
class MapTakeKernel final : public MapStageBase {
  static constexpr int kFirstValue = kTaking == Taking::kAny ? 1 : 0;

  void Run(KernelContext& c, std::shared_ptr<StagingMap> map, Done done) override {
    absl::StatusOr<int64_t> key = 0;
    if (kTaking != Taking::kAny) key = Key(c.input(0));
    if (!key.ok()) return done(key.status());
    auto indices = Indices(c.input(kTaking == Taking::kAny ? 0 : 1));
    if (!indices.ok()) return done(indices.status());
    if (static_cast<int>(indices->size()) + kFirstValue != c.num_outputs()) {
      return done(absl::InvalidArgumentError(absl::StrCat("output/input size mismatch '",
                                                          c.num_outputs() - kFirstValue, "' vs '",
                                                          indices->size(), "'")));
    }
    StagingMap* m = map.get();
    m->monitor.Submit(
        c.step().cancellation,
        [&c, key = *key, indices = *std::move(indices)](StagedTuples& s) {
          return Take(c, key, indices, &s);
        },
        [map = std::move(map), done = std::move(done)](absl::Status status) mutable {
          done(std::move(status));
        });
  }

  static std::optional<absl::Status> Take(KernelContext& c, int64_t key,
                                          const std::vector<int64_t>& indices, StagedTuples* s) {
    const auto found = kTaking == Taking::kAny ? s->whole.begin() : s->whole.find(key);
    if (found == s->whole.end()) return std::nullopt;
    for (size_t i = 0; i < indices.size(); ++i) {
      const absl::Status fits = CheckComponent(c, i, indices[i], *found);
      if (!fits.ok()) return fits;
    }
    if (kTaking == Taking::kAny) c.set_output(0, Tensor::Scalar<int64_t>(found->first));
    for (size_t i = 0; i < indices.size(); ++i) {
      const Tensor& component = found->second[static_cast<size_t>(indices[i])];
      c.set_output(static_cast<int>(i) + kFirstValue, component);
    }
    if (kTaking == Taking::kPeek) return absl::OkStatus();
    bool left = false;
    for (const int64_t index : indices) {
      Tensor& component = found->second[static_cast<size_t>(index)];
      if (component.initialized()) s->bytes -= static_cast<int64_t>(component.total_bytes());
      component.Reset();
    }
    for (const Tensor& t : found->second) left = left || t.initialized();
    if (!left) s->whole.erase(found);
    return absl::OkStatus();
  }

  static absl::Status CheckComponent(const KernelContext& c, size_t i, int64_t index,
                                     const std::pair<const int64_t, Parts>& tuple) {
    if (index < 0 || index >= static_cast<int64_t>(tuple.second.size())) {
      return absl::InvalidArgumentError(absl::StrCat("Index '", index, "' for key '", tuple.first,
                                                     "' is out of bounds '", tuple.second.size(),
                                                     "'"));
    }
    const Tensor& component = tuple.second[static_cast<size_t>(index)];
    if (!component.initialized()) {
      return absl::InvalidArgumentError(absl::StrCat("Tensor at index '", index, "' for key '",
                                                     tuple.first, "' has already been removed."));
    }
    const DType wanted = c.output_type(static_cast<int>(i) + kFirstValue);
    if (component.dtype() == wanted) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "component ", index, " is ", DTypeName(component.dtype()), ", not ", DTypeName(wanted)));
  }
};

template <bool kWhole>
class MapSizeKernel final : public MapStageBase {
  void Run(KernelContext& c, std::shared_ptr<StagingMap> map, Done done) override {
    const size_t size = map->monitor.Change(
        [](StagedTuples& s) { return kWhole ? s.whole.size() : s.incomplete.size(); });
    c.set_output(0, Tensor::Scalar<int32_t>(static_cast<int32_t>(size)));
    done(absl::OkStatus());
  }
};

class MapClearKernel final : public MapStageBase {
  void Run(KernelContext& c, std::shared_ptr<StagingMap> map, Done done) override {
    // The tuples end after the lock is released.
    const StagedTuples gone =
        map->monitor.Change([](StagedTuples& s) { return std::exchange(s, StagedTuples()); });
    done(absl::OkStatus());
  }
};

Op& Area(Op& op) {
  return op.Attr("container: string = ''")
      .Attr("shared_name: string = ''")
      .Stateful()
      .NotDifferentiable();
}

absl::Status RegisterArea(Registry& r, const std::string& prefix, const std::string& kind) {
  const auto op = [&](const char* name) {
    return Op(prefix + name).Attr("capacity: int >= 0 = 0").Attr("memory_limit: int >= 0 = 0");
  };
  MR_RETURN_IF_ERROR(
      r.Add(Area(op("MapStage")
                     .Input("key: int64")
                     .Input("indices: int32")
                     .Input("values: fake_dtypes")
                     .Attr("dtypes: list(type)")
                     .Attr("fake_dtypes: list(type) >= 1")
                     .MayWait()
                     .Doc("Puts components of the tuple of a key into " + kind +
                          "; waits while it is full.\nindices: which components, ascending.")
                     .Shape(NoOutputs)
                     .Cpu<MapPutKernel>())));
  MR_RETURN_IF_ERROR(r.Add(
      Area(op("MapUnstage")
               .Input("key: int64")
               .Input("indices: int32")
               .Output("values: dtypes")
               .Attr("dtypes: list(type) >= 1")
               .MayWait()
               .Doc("Takes components of the tuple of a key out of " + kind + "; waits for it.")
               .Shape(UnknownOutputs)
               .Cpu<MapTakeKernel<Taking::kByKey>>())));
  MR_RETURN_IF_ERROR(r.Add(Area(
      op("MapPeek")
          .Input("key: int64")
          .Input("indices: int32")
          .Output("values: dtypes")
          .Attr("dtypes: list(type) >= 1")
          .MayWait()
          .Doc("Components of the tuple of a key in " + kind + ", which keeps them; waits for it.")
          .Shape(UnknownOutputs)
          .Cpu<MapTakeKernel<Taking::kPeek>>())));
  MR_RETURN_IF_ERROR(r.Add(Area(
      op("MapUnstageNoKey")
          .Input("indices: int32")
          .Output("key: int64")
          .Output("values: dtypes")
          .Attr("dtypes: list(type) >= 1")
          .MayWait()
          .Doc("Takes components of the first tuple of " + kind + ", and its key; waits for one.")
          .Shape(UnknownOutputs)
          .Cpu<MapTakeKernel<Taking::kAny>>())));
  MR_RETURN_IF_ERROR(r.Add(Area(op("MapSize")
                                    .Output("size: int32")
                                    .Attr("dtypes: list(type)")
                                    .Doc("How many whole tuples there are in " + kind + ".")
                                    .Shape(ScalarOutputs)
                                    .Cpu<MapSizeKernel<true>>())));
  MR_RETURN_IF_ERROR(r.Add(Area(op("MapIncompleteSize")
                                    .Output("size: int32")
                                    .Attr("dtypes: list(type)")
                                    .Doc("How many tuples in " + kind + " lack components.")
                                    .Shape(ScalarOutputs)
                                    .Cpu<MapSizeKernel<false>>())));
  return r.Add(Area(op("MapClear")
                        .Attr("dtypes: list(type)")
                        .Doc("Removes all tuples of " + kind + ".")
                        .Shape(NoOutputs)
                        .Cpu<MapClearKernel>()));
}

}  // namespace

absl::Status RegisterMapStage(Registry& r) {
  MR_RETURN_IF_ERROR(RegisterArea(r, "", "a staging area with keys"));
  return RegisterArea(r, "Ordered", "a staging area ordered by keys");
}

}  // namespace millrace
