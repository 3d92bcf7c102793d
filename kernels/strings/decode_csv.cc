// DecodeCSV: lines of comma-separated values as one tensor a column.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/strings/csv_format.h"

namespace millrace {
namespace {

class DecodeCsvKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string delimiter, missing;
    bool quotes;
    std::vector<int64_t> columns;
    MR_RETURN_IF_ERROR(c.GetAttr("field_delim", &delimiter));
    MR_RETURN_IF_ERROR(c.GetAttr("use_quote_delim", &quotes));
    MR_RETURN_IF_ERROR(c.GetAttr("na_value", &missing));
    MR_RETURN_IF_ERROR(c.GetAttr("select_cols", &columns));
    if (!columns.empty() && columns.size() != static_cast<size_t>(c.num_outputs()))
      return absl::InvalidArgumentError("select_cols should match output size");
    MR_ASSIGN_OR_RETURN(
        format_, CsvFormat::Create(delimiter, quotes, std::move(missing), std::move(columns)));
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& records = c.input(0);
    for (int k = 0; k < c.num_outputs(); ++k) {
      MR_RETURN_IF_ERROR(CheckCsvDefault(k, c.input(1 + k)));
      Tensor* out;
      MR_RETURN_IF_ERROR(c.allocate_output(k, records.shape(), &out));
    }
    for (int64_t i = 0; i < records.num_elements(); ++i) {
      MR_ASSIGN_OR_RETURN(const std::vector<std::string> fields,
                          format_.Fields(records.data<std::string>()[i]));
      if (fields.size() != static_cast<size_t>(c.num_outputs())) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Expect ", c.num_outputs(), " fields but have ", fields.size(), " in record ", i));
      }
      for (int k = 0; k < c.num_outputs(); ++k) {
        MR_RETURN_IF_ERROR(format_.Store(fields[static_cast<size_t>(k)], i, k, c.input(1 + k), i,
                                         c.mutable_output(k)));
      }
    }
    return absl::OkStatus();
  }

 private:
  CsvFormat format_;
};

absl::Status DecodeCsvShape(ShapeContext& c) {
  for (int i = 1; i < c.num_inputs(); ++i) MR_RETURN_IF_ERROR(c.WithRankAtMost(i, 1).status());
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, c.input(0));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterDecodeCsv(Registry& r) {
  return r.Add(Op("DecodeCSV")
                   .Input("records: string")
                   .Input("record_defaults: OUT_TYPE")
                   .Output("output: OUT_TYPE")
                   .Attr("OUT_TYPE: list({float, double, int32, int64, string}) >= 1")
                   .Attr("field_delim: string = ','")
                   .Attr("use_quote_delim: bool = true")
                   .Attr("na_value: string = ''")
                   .Attr("select_cols: list(int) = []")
                   .Doc("Lines of comma-separated values as one tensor a column; a default of one "
                        "element stands for "
                        "a missing value, a default without elements makes it an error.")
                   .Shape(DecodeCsvShape)
                   .NotDifferentiable()
                   .Cpu<DecodeCsvKernel>());
}

}  // namespace millrace
