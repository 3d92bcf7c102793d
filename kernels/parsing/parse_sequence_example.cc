// ParseSequenceExample, ParseSequenceExampleV2, ParseSingleSequenceExample: serialised
// SequenceExample messages, features (the context) and lists of them, as tensors.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/parsing/sequence_outputs.h"

namespace millrace {
namespace {

using Keys = std::vector<std::string>;

// INVALID_ARGUMENT unless there are as many keys as types.
absl::Status CheckCount(const Keys& keys, size_t types, absl::string_view what) {
  if (keys.size() == types) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(keys.size(), " keys of ", what, " features, but ", types, " types"));
}

absl::StatusOr<Keys> KeysOf(const Tensor& t, absl::string_view what) {
  if (t.rank() > 1)
    return absl::InvalidArgumentError(
        absl::StrCat(what, " must be a vector, not of shape ", t.shape().ToString()));
  const auto keys = t.flat<std::string>();
  return Keys(keys.begin(), keys.end());
}

// What the three forms have in common.
class ParseSequenceKernel : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> context_types;
    std::vector<PartialShape> context_shapes, list_shapes;
    MR_RETURN_IF_ERROR(c.GetAttr("context_sparse_types", &wanted_.context.sparse_types));
    MR_RETURN_IF_ERROR(c.GetAttr("Tcontext_dense", &context_types));
    MR_RETURN_IF_ERROR(c.GetAttr("context_dense_shapes", &context_shapes));
    MR_RETURN_IF_ERROR(c.GetAttr("feature_list_sparse_types", &wanted_.lists.sparse_types));
    MR_RETURN_IF_ERROR(c.GetAttr("feature_list_dense_types", &wanted_.lists.dense_types));
    MR_RETURN_IF_ERROR(c.GetAttr("feature_list_dense_shapes", &list_shapes));
    if (context_types.size() != context_shapes.size() ||
        wanted_.lists.dense_types.size() != list_shapes.size()) {
      return absl::InvalidArgumentError("there must be a shape for each dense feature");
    }
    for (size_t k = 0; k < context_types.size(); ++k)
      wanted_.context.dense.push_back({context_types[k], context_shapes[k], Tensor()});
    for (const PartialShape& shape : list_shapes) {
      if (!shape.fully_defined()) {
        return absl::InvalidArgumentError(
            absl::StrCat("feature_list_dense_shapes must be known, not ", shape.ToString()));
      }
      MR_ASSIGN_OR_RETURN(Shape known, Shape::Create(shape.dims()));
      wanted_.lists.dense_shapes.push_back(std::move(known));
    }
    MR_RETURN_IF_ERROR(CheckNumber(c, "Ncontext_sparse", wanted_.context.sparse_types.size()));
    MR_RETURN_IF_ERROR(CheckNumber(c, "Ncontext_dense", context_types.size()));
    MR_RETURN_IF_ERROR(CheckNumber(c, "Nfeature_list_sparse", wanted_.lists.sparse_types.size()));
    return CheckNumber(c, "Nfeature_list_dense", wanted_.lists.dense_types.size());
  }

 protected:
  // The numbers of inputs and outputs follow from these; there must be a type for each.
  static absl::Status CheckNumber(KernelConstruction& c, const char* attr, size_t types) {
    int64_t n;
    if (!c.attrs().Has(attr)) return absl::OkStatus();
    MR_RETURN_IF_ERROR(c.GetAttr(attr, &n));
    if (n == static_cast<int64_t>(types)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(attr, " is ", n, ", but there are ", types, " types"));
  }
  void TakeDefaults(KernelContext& c, int first, SequencesWanted* wanted) const {
    for (DenseSpec& dense : wanted->context.dense) dense.otherwise = c.input(first++);
  }
  void MayMiss(const Keys& keys, SequencesWanted* wanted) const {
    for (const std::string& key : wanted->lists.dense_keys) {
      wanted->lists.dense_may_miss.push_back(std::find(keys.begin(), keys.end(), key) !=
                                             keys.end());
    }
  }
  absl::Status CheckKeys() const {
    const FeaturesWanted& context = wanted_.context;
    const ListsWanted& lists = wanted_.lists;
    MR_RETURN_IF_ERROR(CheckCount(context.sparse_keys, context.sparse_types.size(), "sparse"));
    MR_RETURN_IF_ERROR(CheckCount(context.dense_keys, context.dense.size(), "dense"));
    MR_RETURN_IF_ERROR(CheckCount(lists.sparse_keys, lists.sparse_types.size(), "sparse list"));
    return CheckCount(lists.dense_keys, lists.dense_types.size(), "dense list");
  }

  SequencesWanted wanted_;
};

// (serialized, debug_name, defaults...); the keys are attributes.
class SequenceByAttrsKernel final : public ParseSequenceKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(ParseSequenceKernel::Init(c));
    MR_RETURN_IF_ERROR(c.GetAttr("context_sparse_keys", &wanted_.context.sparse_keys));
    MR_RETURN_IF_ERROR(c.GetAttr("context_dense_keys", &wanted_.context.dense_keys));
    MR_RETURN_IF_ERROR(c.GetAttr("feature_list_sparse_keys", &wanted_.lists.sparse_keys));
    MR_RETURN_IF_ERROR(c.GetAttr("feature_list_dense_keys", &wanted_.lists.dense_keys));
    Keys may_miss;
    MR_RETURN_IF_ERROR(c.GetAttr("feature_list_dense_missing_assumed_empty", &may_miss));
    MayMiss(may_miss, &wanted_);
    return CheckKeys();
  }
  absl::Status Compute(KernelContext& c) override {
    SequencesWanted wanted = wanted_;
    TakeDefaults(c, 2, &wanted);
    return SetSequences(c, wanted, c.input(0), c.input(1), /*with_lengths=*/true);
  }
};

// (serialized, debug_name, six vectors of keys, missing_assumed_empty, defaults...)
class SequenceByVectorsKernel final : public ParseSequenceKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(ParseSequenceKernel::Init(c));
    MR_RETURN_IF_ERROR(c.GetAttr("context_ragged_value_types", &wanted_.context.ragged_types));
    MR_RETURN_IF_ERROR(c.GetAttr("context_ragged_split_types", &wanted_.context.split_types));
    MR_RETURN_IF_ERROR(c.GetAttr("feature_list_ragged_value_types", &wanted_.lists.ragged_types));
    MR_RETURN_IF_ERROR(c.GetAttr("feature_list_ragged_split_types", &wanted_.lists.split_types));
    if (wanted_.context.ragged_types.size() == wanted_.context.split_types.size() &&
        wanted_.lists.ragged_types.size() == wanted_.lists.split_types.size()) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError("each ragged feature needs types of its values and splits");
  }
  absl::Status Compute(KernelContext& c) override {
    SequencesWanted wanted = wanted_;
    struct List {
      Keys* keys;
      size_t types;
      const char* what;
    };
    FeaturesWanted& context = wanted.context;
    ListsWanted& lists = wanted.lists;
    int input = 2;
    for (const List& list : {List{&context.sparse_keys, context.sparse_types.size(), "sparse"},
                             List{&context.dense_keys, context.dense.size(), "dense"},
                             List{&context.ragged_keys, context.ragged_types.size(), "ragged"},
                             List{&lists.sparse_keys, lists.sparse_types.size(), "sparse list"},
                             List{&lists.dense_keys, lists.dense_types.size(), "dense list"},
                             List{&lists.ragged_keys, lists.ragged_types.size(), "ragged list"}}) {
      MR_ASSIGN_OR_RETURN(*list.keys, KeysOf(c.input(input++), list.what));
      MR_RETURN_IF_ERROR(CheckCount(*list.keys, list.types, list.what));
    }
    const Tensor& may_miss = c.input(input++);
    if (may_miss.num_elements() != static_cast<int64_t>(lists.dense_keys.size())) {
      return absl::InvalidArgumentError(
          absl::StrCat("feature_list_dense_missing_assumed_empty must have an element for each of ",
                       lists.dense_keys.size(), " lists, not ", may_miss.num_elements()));
    }
    for (const bool may : may_miss.flat<bool>()) lists.dense_may_miss.push_back(may);
    TakeDefaults(c, input, &wanted);
    return SetSequences(c, wanted, c.input(0), c.input(1), /*with_lengths=*/true);
  }
};

// (serialized, missing_assumed_empty, keys one by one, defaults..., debug_name)
class SingleSequenceKernel final : public ParseSequenceKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Expected serialized to be a scalar, got shape: ", c.input(0).shape().ToString()));
    }
    SequencesWanted wanted = wanted_;
    int input = 2;
    for (const auto& [keys, count] :
         {std::pair(&wanted.context.sparse_keys, wanted.context.sparse_types.size()),
          std::pair(&wanted.context.dense_keys, wanted.context.dense.size()),
          std::pair(&wanted.lists.sparse_keys, wanted.lists.sparse_types.size()),
          std::pair(&wanted.lists.dense_keys, wanted.lists.dense_types.size())}) {
      for (size_t k = 0; k < count; ++k) {
        MR_ASSIGN_OR_RETURN(const Keys one, KeysOf(c.input(input++), "a key"));
        if (one.size() != 1) return absl::InvalidArgumentError("a key must be a single string");
        keys->push_back(one[0]);
      }
    }
    MR_ASSIGN_OR_RETURN(const Keys may_miss,
                        KeysOf(c.input(1), "feature_list_dense_missing_assumed_empty"));
    MayMiss(may_miss, &wanted);
    TakeDefaults(c, input, &wanted);
    return SetSequences(c, wanted, c.input(0), c.input(c.num_inputs() - 1),
                        /*with_lengths=*/false);
  }
};

// What all forms have, in the order of the ops' attributes.
Op& CommonAttrs(Op& op) {
  return op.Attr("Ncontext_sparse: int >= 0 = 0")
      .Attr("Nfeature_list_sparse: int >= 0 = 0")
      .Attr("Nfeature_list_dense: int >= 0 = 0")
      .Attr("context_sparse_types: list({float, int64, string}) >= 0 = []")
      .Attr("Tcontext_dense: list({float, int64, string}) >= 0 = []")
      .Attr("feature_list_dense_types: list({float, int64, string}) >= 0 = []")
      .Attr("context_dense_shapes: list(shape) >= 0 = []")
      .Attr("feature_list_sparse_types: list({float, int64, string}) >= 0 = []")
      .Attr("feature_list_dense_shapes: list(shape) >= 0 = []")
      .Shape(UnknownOutputs)
      .NotDifferentiable();
}

Op& ContextOutputs(Op& op) {
  return op.Output("context_sparse_indices: Ncontext_sparse * int64")
      .Output("context_sparse_values: context_sparse_types")
      .Output("context_sparse_shapes: Ncontext_sparse * int64")
      .Output("context_dense_values: Tcontext_dense");
}

Op& ListOutputs(Op& op) {
  return op.Output("feature_list_sparse_indices: Nfeature_list_sparse * int64")
      .Output("feature_list_sparse_values: feature_list_sparse_types")
      .Output("feature_list_sparse_shapes: Nfeature_list_sparse * int64")
      .Output("feature_list_dense_values: feature_list_dense_types");
}

}  // namespace

absl::Status RegisterParseSequenceExample(Registry& r) {
  Op by_attrs("ParseSequenceExample");
  by_attrs.Input("serialized: string")
      .Input("debug_name: string")
      .Input("context_dense_defaults: Tcontext_dense");
  ListOutputs(ContextOutputs(by_attrs))
      .Output("feature_list_dense_lengths: Nfeature_list_dense * int64")
      .Attr("feature_list_dense_missing_assumed_empty: list(string) >= 0")
      .Attr("context_sparse_keys: list(string) >= 0")
      .Attr("context_dense_keys: list(string) >= 0")
      .Attr("feature_list_sparse_keys: list(string) >= 0")
      .Attr("feature_list_dense_keys: list(string) >= 0")
      .Attr("Ncontext_dense: int >= 0 = 0");
  MR_RETURN_IF_ERROR(r.Add(
      CommonAttrs(by_attrs)
          .Doc("Serialised SequenceExample messages, a batch or one, as dense and sparse tensors; "
               "dense lists are padded with zeros, and have their lengths besides.")
          .Cpu<SequenceByAttrsKernel>()));

  Op by_vectors("ParseSequenceExampleV2");
  by_vectors.Input("serialized: string")
      .Input("debug_name: string")
      .Input("context_sparse_keys: string")
      .Input("context_dense_keys: string")
      .Input("context_ragged_keys: string")
      .Input("feature_list_sparse_keys: string")
      .Input("feature_list_dense_keys: string")
      .Input("feature_list_ragged_keys: string")
      .Input("feature_list_dense_missing_assumed_empty: bool")
      .Input("context_dense_defaults: Tcontext_dense");
  ContextOutputs(by_vectors)
      .Output("context_ragged_values: context_ragged_value_types")
      .Output("context_ragged_row_splits: context_ragged_split_types");
  ListOutputs(by_vectors)
      .Output("feature_list_dense_lengths: Nfeature_list_dense * int64")
      .Output("feature_list_ragged_values: feature_list_ragged_value_types")
      .Output("feature_list_ragged_outer_splits: feature_list_ragged_split_types")
      .Output("feature_list_ragged_inner_splits: feature_list_ragged_split_types")
      .Attr("context_ragged_value_types: list({float, int64, string}) >= 0 = []")
      .Attr("context_ragged_split_types: list({int32, int64}) >= 0 = []")
      .Attr("feature_list_ragged_value_types: list({float, int64, string}) >= 0 = []")
      .Attr("feature_list_ragged_split_types: list({int32, int64}) >= 0 = []");
  MR_RETURN_IF_ERROR(r.Add(
      CommonAttrs(by_vectors)
          .Doc("Serialised SequenceExample messages, a batch or one, as dense, sparse and ragged "
               "tensors; dense lists are padded with zeros, and have their lengths besides.")
          .Cpu<SequenceByVectorsKernel>()));

  Op single("ParseSingleSequenceExample");
  single.Input("serialized: string")
      .Input("feature_list_dense_missing_assumed_empty: string")
      .Input("context_sparse_keys: Ncontext_sparse * string")
      .Input("context_dense_keys: Ncontext_dense * string")
      .Input("feature_list_sparse_keys: Nfeature_list_sparse * string")
      .Input("feature_list_dense_keys: Nfeature_list_dense * string")
      .Input("context_dense_defaults: Tcontext_dense")
      .Input("debug_name: string");
  ListOutputs(ContextOutputs(single)).Attr("Ncontext_dense: int >= 0 = 0");
  return r.Add(CommonAttrs(single)
                   .Doc("A serialised SequenceExample message as dense and sparse tensors.")
                   .Cpu<SingleSequenceKernel>());
}

}  // namespace millrace
