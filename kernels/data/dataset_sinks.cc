// DatasetToTFRecord, InitializeTableFromDataset: where all elements of a dataset go.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/io/compressed_file.h"
#include "core/io/record_writer.h"
#include "kernels/data/batching.h"
#include "kernels/data/consuming_kernel.h"
#include "kernels/table/lookup_table.h"

namespace millrace {
namespace {

// (input_dataset, filename, compression_type)
class ToRecordsKernel final : public ConsumingKernel {
  absl::StatusOr<Element> Results(KernelContext& c, DatasetIterator& iterator,
                                  Cancellation* cancellation) override {
    for (const int i : {1, 2}) {
      if (c.input(i).rank() == 0) continue;
      return absl::InvalidArgumentError(absl::StrCat(i == 1 ? "`filename`" : "`compression_type`",
                                                     " must be a scalar, got shape ",
                                                     c.input(i).shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(auto file, NewCompressedFile(c.input(1).scalar<std::string>(),
                                                     c.input(2).scalar<std::string>()));
    RecordWriter writer(std::move(file));
    for (;;) {
      if (cancellation->IsCancelled()) return cancellation->status();
      const NextResult next = iterator.Next();
      MR_RETURN_IF_ERROR(next.status);
      if (next.end) break;
      const Element& e = next.element;
      if (e.size() != 1 || e[0].dtype() != DType::kString || e[0].num_elements() != 1) {
        return absl::InvalidArgumentError(absl::StrCat(
            "a record must be one string, got ", e.size(), " components, the first of type ",
            e.empty() ? "none" : DTypeName(e[0].dtype())));
      }
      MR_RETURN_IF_ERROR(writer.Append(e[0].scalar<std::string>()));
    }
    MR_RETURN_IF_ERROR(writer.Close());
    return Element();
  }
};

// (table_handle, dataset): the elements are keys and their values.
class InitializeTableKernel final : public ConsumingKernel {
  int dataset_input() const override { return 1; }
  absl::StatusOr<Element> Results(KernelContext& c, DatasetIterator& iterator,
                                  Cancellation* cancellation) override {
    MR_ASSIGN_OR_RETURN(const auto table, c.resource<LookupTable>(0));
    std::vector<Element> entries;
    for (;;) {
      if (cancellation->IsCancelled()) return cancellation->status();
      NextResult next = iterator.Next();
      MR_RETURN_IF_ERROR(next.status);
      if (next.end) break;
      const Element& e = next.element;
      if (e.size() != 2 || e[0].dtype() != table->key_dtype() ||
          e[1].dtype() != table->value_dtype()) {
        return absl::InvalidArgumentError(
            absl::StrCat("an element must be a ", DTypeName(table->key_dtype()), " key and a ",
                         DTypeName(table->value_dtype()), " value, got ", e.size(), " components"));
      }
      entries.push_back(std::move(next.element));
    }
    Element all = {*Tensor::Create(table->key_dtype(), Shape({0})),
                   *Tensor::Create(table->value_dtype(), Shape({0}))};
    if (!entries.empty()) {
      MR_ASSIGN_OR_RETURN(all, StackElements(std::move(entries)));
    }
    MR_RETURN_IF_ERROR(table->Initialize(all[0], all[1]));
    return Element();
  }
};

}  // namespace

absl::Status RegisterDatasetSinks(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("DatasetToTFRecord")
                .Input("input_dataset: variant")
                .Input("filename: string")
                .Input("compression_type: string")
                .Stateful()
                .MayWait()
                .Doc("Writes the elements, scalar strings, to a TFRecord file.\ncompression_type: "
                     "'', 'ZLIB' or 'GZIP'.")
                .Shape(NoOutputs)
                .NotDifferentiable()
                .Cpu<ToRecordsKernel>()));
  return r.Add(Op("InitializeTableFromDataset")
                   .Input("table_handle: resource")
                   .Input("dataset: variant")
                   .Stateful()
                   .MayWait()
                   .Doc("Fills a table that has no entries with those that are the elements, keys "
                        "and their values.")
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<InitializeTableKernel>());
}

}  // namespace millrace
