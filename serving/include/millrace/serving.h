// Millrace's C++ API for serving: load a SavedModel, run it by signature.
//
//   auto model = millrace::serving::LoadSavedModel("export/1", {"serve"});
//   if (!model.ok()) return Fail(model.status());
//   auto answer = (*model)->Run("serving_default",
//                               {{"image", millrace::Tensor::Of<float>({1, 784}, pixels)}});
//
// Link with libmillrace.so and Abseil. Nothing here throws; errors are absl::Status.
#ifndef MILLRACE_SERVING_H_
#define MILLRACE_SERVING_H_

#include "core/tensor/tensor.h"  // IWYU pragma: export
#include "serving/servable.h"    // IWYU pragma: export

#endif  // MILLRACE_SERVING_H_
