// The same for tests, which are compiled with other flags.
#ifndef MILLRACE_PRECOMPILED_COMMON_TEST_H_
#define MILLRACE_PRECOMPILED_COMMON_TEST_H_

#include <gtest/gtest.h>

#include "third_party/precompiled/common.h"

#endif  // MILLRACE_PRECOMPILED_COMMON_TEST_H_
