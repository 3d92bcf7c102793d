// For tests of micro/, which depends on nothing but the language.
#ifndef MILLRACE_PRECOMPILED_GMOCK_TEST_H_
#define MILLRACE_PRECOMPILED_GMOCK_TEST_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#endif  // MILLRACE_PRECOMPILED_GMOCK_TEST_H_
