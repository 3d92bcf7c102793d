// Writes a tensor bundle (bundle_format.h).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/base/env.h"
#include "core/io/tensor_slice.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Writes to temporary names; nothing of the bundle is there under its own name before Finish, and
// the index comes last. Not thread-safe.
class BundleWriter {
 public:
  // Makes the folder of `prefix` when it is missing.
  static absl::StatusOr<std::unique_ptr<BundleWriter>> Create(Env* env, absl::string_view prefix);
  // Without Finish, removes what it wrote.
  ~BundleWriter();
  BundleWriter(const BundleWriter&) = delete;
  BundleWriter& operator=(const BundleWriter&) = delete;

  // INVALID_ARGUMENT for a second tensor of that name, UNIMPLEMENTED for one of handles or
  // variants.
  absl::Status Add(absl::string_view name, const Tensor& tensor);
  // A part of the tensor `name` of shape `full_shape`. INVALID_ARGUMENT if they do not fit, or
  // where the parts disagree about dtype and shape.
  absl::Status AddSlice(absl::string_view name, const Shape& full_shape, const TensorSlice& slice,
                        const Tensor& tensor);

  // Syncs the data, gives it its name, then writes the index. Call once, last.
  absl::Status Finish();

 private:
  struct Entry;

  BundleWriter(Env* env, absl::string_view prefix);
  absl::Status AddBytes(const std::string& key, const Tensor& tensor);
  absl::Status WriteIndex();

  Env* const env_;
  const std::string prefix_;
  const std::string temporary_;
  std::unique_ptr<WritableFile> data_;
  int64_t size_ = 0;
  std::map<std::string, std::unique_ptr<Entry>> entries_;
  bool finished_ = false;
};

// Makes one bundle, `merged`, out of several that hold different tensors or slices: renames their
// data files and writes a common index. The inputs' own index files are deleted.
absl::Status MergeBundles(Env* env, absl::Span<const std::string> prefixes,
                          absl::string_view merged);

}  // namespace millrace
