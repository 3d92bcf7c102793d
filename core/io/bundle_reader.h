// Reads a tensor bundle (bundle_format.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/env.h"
#include "core/base/mutex.h"
#include "core/io/bundle_index.h"
#include "core/io/tensor_slice.h"
#include "core/tensor/dtype.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Thread-safe. Every tensor's checksum is checked when it is read.
class BundleReader {
 public:
  // As BundleIndex::Load. Data files are opened when a tensor of theirs is read.
  static absl::StatusOr<std::unique_ptr<BundleReader>> Open(Env* env, absl::string_view prefix);

  struct Info {
    std::string name;
    DType dtype;
    Shape shape;
  };
  // The tensors by name, without the parts that sliced ones are stored in.
  absl::StatusOr<std::vector<Info>> List() const;
  // NOT_FOUND, with the names of the checkpoint that come closest, if there is no such tensor.
  absl::StatusOr<Info> Find(absl::string_view name) const;

  // The whole tensor, put together where it is stored in slices. DATA_LOSS where bytes are missing
  // or their checksum does not match.
  absl::StatusOr<Tensor> Read(absl::string_view name) const;
  // A part of it.
  absl::StatusOr<Tensor> ReadSlice(absl::string_view name, const TensorSlice& slice) const;

 private:
  BundleReader(Env* env, absl::string_view prefix, BundleIndex index);
  absl::StatusOr<const RandomAccessFile*> DataFile(int shard) const;
  absl::StatusOr<const BundleEntryProto*> Lookup(absl::string_view name) const;
  absl::StatusOr<Tensor> ReadEntry(const BundleEntryProto& entry) const;
  absl::Status Damaged(int shard, absl::string_view why) const;

  Env* const env_;
  const std::string prefix_;
  const BundleIndex index_;
  mutable Mutex mu_;
  mutable std::vector<std::unique_ptr<RandomAccessFile>> files_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace
