// Small models that between them use all parts of the file format, for fuzzers to start from.
#ifndef MILLRACE_MICRO_TESTS_SEED_MODELS_H_
#define MILLRACE_MICRO_TESTS_SEED_MODELS_H_

#include <vector>

#include "micro/testing/model_builder.h"

namespace millrace::micro::testing {

std::vector<ModelBytes> SeedModels();

}  // namespace millrace::micro::testing

#endif  // MILLRACE_MICRO_TESTS_SEED_MODELS_H_
