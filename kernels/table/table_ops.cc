// HashTable, MutableHashTable and the ops on them. A reference to a table holds a handle at run
// time, so one kernel serves both forms of an op.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/named_resource.h"
#include "kernels/table/lookup_table.h"

namespace millrace {
namespace {

class TableHandleKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(table_.Init(c));
    MR_RETURN_IF_ERROR(c.GetAttr("key_dtype", &key_dtype_));
    MR_RETURN_IF_ERROR(c.GetAttr("value_dtype", &value_dtype_));
    if (c.attrs().Has("value_shape")) {
      PartialShape shape;
      MR_RETURN_IF_ERROR(c.GetAttr("value_shape", &shape));
      if (!shape.fully_defined()) return absl::InvalidArgumentError("value_shape must be known");
      value_shape_ = shape.ToShape();
    }
    if (!IsInteger(key_dtype_) && key_dtype_ != DType::kString) {
      return absl::InvalidArgumentError(
          absl::StrCat("keys cannot be of type ", DTypeName(key_dtype_)));
    }
    if (!IsTriviallyCopyable(value_dtype_) && value_dtype_ != DType::kString) {
      return absl::InvalidArgumentError(
          absl::StrCat("values cannot be of type ", DTypeName(value_dtype_)));
    }
    fixed_ = absl::StartsWith(c.op(), "HashTable");
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto table, table_.Output(c, [&] {
      return std::make_shared<LookupTable>(key_dtype_, value_dtype_, value_shape_, fixed_);
    }));
    if (table->key_dtype() == key_dtype_ && table->value_dtype() == value_dtype_)
      return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("Conflicting key/value dtypes with the table '",
                                                   table_.name(), "' that is there"));
  }

 private:
  DType key_dtype_, value_dtype_;
  Shape value_shape_;
  bool fixed_;
  NamedResource<LookupTable> table_;
};

enum class TableOp { kInitialize, kInsert, kImport, kRemove };

template <TableOp kOp>
class TableChangeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto table, c.resource<LookupTable>(0));
    if (kOp == TableOp::kRemove) return table->Remove(c.input(1));
    if (kOp == TableOp::kInitialize) return table->Initialize(c.input(1), c.input(2));
    return table->Insert(c.input(1), c.input(2), /*clear=*/kOp == TableOp::kImport);
  }
};

class TableFindKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto table, c.resource<LookupTable>(0));
    MR_ASSIGN_OR_RETURN(Tensor values, table->Find(c.input(1), c.input(2)));
    c.set_output(0, std::move(values));
    return absl::OkStatus();
  }
};

class TableSizeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto table, c.resource<LookupTable>(0));
    c.set_output(0, Tensor::Scalar<int64_t>(table->size()));
    return absl::OkStatus();
  }
};

class TableExportKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto table, c.resource<LookupTable>(0));
    if (table->key_dtype() != c.output_type(0) || table->value_dtype() != c.output_type(1)) {
      return absl::InvalidArgumentError("Conflicting key/value dtypes with the table");
    }
    MR_ASSIGN_OR_RETURN(auto entries, table->Export());
    c.set_output(0, std::move(entries.first));
    c.set_output(1, std::move(entries.second));
    return absl::OkStatus();
  }
};

absl::Status ExportShape(ShapeContext& c) {
  c.set_output(0, PartialShape::Of({PartialShape::kUnknownDim}));
  return absl::OkStatus();
}

template <typename K>
Op& Finish(Op& op, ShapeFn shape, absl::string_view doc) {
  return op.Doc(doc).Shape(shape).NotDifferentiable().Cpu<K>();
}

}  // namespace

absl::Status RegisterTableOps(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Finish<TableHandleKernel>(Op("HashTableV2")
                                    .Output("table_handle: resource")
                                    .Attr("container: string = ''")
                                    .Attr("shared_name: string = ''")
                                    .Attr("use_node_name_sharing: bool = false")
                                    .Attr("key_dtype: type")
                                    .Attr("value_dtype: type")
                                    .Stateful(),
                                ScalarOutputs, "A table that is filled once by its initializer.")));
  MR_RETURN_IF_ERROR(r.Add(Finish<TableHandleKernel>(
      Op("HashTable")
          .Output("table_handle: Ref(string)")
          .Attr("container: string = ''")
          .Attr("shared_name: string = ''")
          .Attr("use_node_name_sharing: bool = false")
          .Attr("key_dtype: type")
          .Attr("value_dtype: type")
          .Stateful(),
      UnknownOutputs, "A table that is filled once by its initializer.")));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<TableHandleKernel>(Op("MutableHashTableV2")
                                          .Output("table_handle: resource")
                                          .Attr("container: string = ''")
                                          .Attr("shared_name: string = ''")
                                          .Attr("use_node_name_sharing: bool = false")
                                          .Attr("key_dtype: type")
                                          .Attr("value_dtype: type")
                                          .Stateful(),
                                      ScalarOutputs, "A table that steps may change.")));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<TableHandleKernel>(Op("MutableHashTable")
                                          .Output("table_handle: Ref(string)")
                                          .Attr("container: string = ''")
                                          .Attr("shared_name: string = ''")
                                          .Attr("use_node_name_sharing: bool = false")
                                          .Attr("key_dtype: type")
                                          .Attr("value_dtype: type")
                                          .Stateful(),
                                      UnknownOutputs, "A table that steps may change.")));
  MR_RETURN_IF_ERROR(r.Add(Finish<TableHandleKernel>(
      Op("MutableHashTableOfTensorsV2")
          .Output("table_handle: resource")
          .Attr("container: string = ''")
          .Attr("shared_name: string = ''")
          .Attr("use_node_name_sharing: bool = false")
          .Attr("key_dtype: type")
          .Attr("value_dtype: type")
          .Attr("value_shape: shape = {  }")
          .Stateful(),
      ScalarOutputs, "A table that steps may change, with tensors as values.")));
  MR_RETURN_IF_ERROR(r.Add(Finish<TableHandleKernel>(
      Op("MutableHashTableOfTensors")
          .Output("table_handle: Ref(string)")
          .Attr("container: string = ''")
          .Attr("shared_name: string = ''")
          .Attr("use_node_name_sharing: bool = false")
          .Attr("key_dtype: type")
          .Attr("value_dtype: type")
          .Attr("value_shape: shape = {  }")
          .Stateful(),
      UnknownOutputs, "A table that steps may change, with tensors as values.")));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<TableChangeKernel<TableOp::kInitialize>>(Op("InitializeTableV2")
                                                                .Input("table_handle: resource")
                                                                .Input("keys: Tkey")
                                                                .Input("values: Tval")
                                                                .Attr("Tkey: type")
                                                                .Attr("Tval: type")
                                                                .Stateful(),
                                                            NoOutputs, "Fills the table, once.")));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<TableChangeKernel<TableOp::kInitialize>>(Op("InitializeTable")
                                                                .Input("table_handle: Ref(string)")
                                                                .Input("keys: Tkey")
                                                                .Input("values: Tval")
                                                                .Attr("Tkey: type")
                                                                .Attr("Tval: type"),
                                                            NoOutputs, "Fills the table, once.")));
  MR_RETURN_IF_ERROR(r.Add(Finish<TableChangeKernel<TableOp::kInsert>>(
      Op("LookupTableInsertV2")
          .Input("table_handle: resource")
          .Input("keys: Tin")
          .Input("values: Tout")
          .Attr("Tin: type")
          .Attr("Tout: type")
          .Stateful(),
      NoOutputs, "Adds entries, or replaces their values.")));
  MR_RETURN_IF_ERROR(r.Add(Finish<TableChangeKernel<TableOp::kInsert>>(
      Op("LookupTableInsert")
          .Input("table_handle: Ref(string)")
          .Input("keys: Tin")
          .Input("values: Tout")
          .Attr("Tin: type")
          .Attr("Tout: type"),
      NoOutputs, "Adds entries, or replaces their values.")));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<TableChangeKernel<TableOp::kImport>>(Op("LookupTableImportV2")
                                                            .Input("table_handle: resource")
                                                            .Input("keys: Tin")
                                                            .Input("values: Tout")
                                                            .Attr("Tin: type")
                                                            .Attr("Tout: type")
                                                            .Stateful(),
                                                        NoOutputs, "Replaces all entries.")));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<TableChangeKernel<TableOp::kImport>>(Op("LookupTableImport")
                                                            .Input("table_handle: Ref(string)")
                                                            .Input("keys: Tin")
                                                            .Input("values: Tout")
                                                            .Attr("Tin: type")
                                                            .Attr("Tout: type"),
                                                        NoOutputs, "Replaces all entries.")));
  MR_RETURN_IF_ERROR(r.Add(Finish<TableChangeKernel<TableOp::kRemove>>(
      Op("LookupTableRemoveV2")
          .Input("table_handle: resource")
          .Input("keys: Tin")
          .Attr("Tin: type")
          .Stateful(),
      NoOutputs, "Removes entries; keys that are not there do not matter.")));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<TableFindKernel>(Op("LookupTableFindV2")
                                        .Input("table_handle: resource")
                                        .Input("keys: Tin")
                                        .Input("default_value: Tout")
                                        .Output("values: Tout")
                                        .Attr("Tin: type")
                                        .Attr("Tout: type")
                                        .Stateful(),
                                    UnknownOutputs, "For each key its value, or the default.")));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<TableFindKernel>(Op("LookupTableFind")
                                        .Input("table_handle: Ref(string)")
                                        .Input("keys: Tin")
                                        .Input("default_value: Tout")
                                        .Output("values: Tout")
                                        .Attr("Tin: type")
                                        .Attr("Tout: type"),
                                    UnknownOutputs, "For each key its value, or the default.")));
  MR_RETURN_IF_ERROR(r.Add(Finish<TableSizeKernel>(
      Op("LookupTableSizeV2").Input("table_handle: resource").Output("size: int64").Stateful(),
      ScalarOutputs, "How many entries there are.")));
  MR_RETURN_IF_ERROR(r.Add(Finish<TableSizeKernel>(
      Op("LookupTableSize").Input("table_handle: Ref(string)").Output("size: int64"), ScalarOutputs,
      "How many entries there are.")));
  MR_RETURN_IF_ERROR(r.Add(Finish<TableExportKernel>(Op("LookupTableExportV2")
                                                         .Input("table_handle: resource")
                                                         .Output("keys: Tkeys")
                                                         .Output("values: Tvalues")
                                                         .Attr("Tkeys: type")
                                                         .Attr("Tvalues: type")
                                                         .Stateful(),
                                                     ExportShape, "All keys and values.")));
  return r.Add(Finish<TableExportKernel>(Op("LookupTableExport")
                                             .Input("table_handle: Ref(string)")
                                             .Output("keys: Tkeys")
                                             .Output("values: Tvalues")
                                             .Attr("Tkeys: type")
                                             .Attr("Tvalues: type"),
                                         ExportShape, "All keys and values."));
}

}  // namespace millrace
