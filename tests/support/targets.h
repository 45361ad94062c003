// What every op is tested on: one body, one parameter.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/exec.h"

namespace salix::testing {

// reference: the plain CPU code. onednn: the cpu device with its vendor library. simt: the
// CUDA sources on the host. cuda: a GPU, skipped visibly where there is none.
enum class Target { kReference, kOnednn, kSimt, kCuda };

std::string name_of(Target target);
std::vector<Target> all_targets();
std::unique_ptr<Exec> make_exec(Target target, std::uint64_t seed = 0);

// Fixture: `exec` is the device under test, `reference` the plain CPU to compare with.
//   INSTANTIATE_TEST_SUITE_P(Targets, MyOp, ValuesIn(all_targets()), target_name);
class OpTest : public ::testing::TestWithParam<Target> {
 protected:
  void SetUp() override;
  Exec& exec() { return *exec_; }
  Exec& reference() { return *reference_; }
  // float64 exists on the cpu targets only.
  bool has_float64() const {
    return GetParam() == Target::kReference || GetParam() == Target::kOnednn;
  }

 private:
  std::unique_ptr<Exec> exec_;
  std::unique_ptr<Exec> reference_;
};

std::string target_name(const ::testing::TestParamInfo<Target>& info);

}  // namespace salix::testing
