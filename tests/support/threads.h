// Results must not depend on how many threads ran.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "engine/exec.h"
#include "tests/support/tensors.h"

namespace salix::testing {

// Calls f(exec), which returns tensors, on a cpu of one thread and on one of two; the
// tensors must have equal bits.
template <typename F>
::testing::AssertionResult same_bits_with_one_or_two_threads(const F& f) {
  Exec one({}, {.threads = 1});
  const std::vector<Tensor> expected = f(one);
  Exec two({}, {.threads = 2});
  const std::vector<Tensor> actual = f(two);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ::testing::AssertionResult same = same_bits(actual[i], expected[i]);
    if (!same) return same << " (result " << i << ")";
  }
  return ::testing::AssertionSuccess();
}

}  // namespace salix::testing
