// The same network, weights and inputs in PyTorch; tests/peers/network_parity.py says how near.
// Needs a Python with torch, named by $SALIX_PYTHON; skipped without one.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/paths.h"
#include "tests/support/scratch.h"

namespace salix::testing {
namespace {

void expect_parity(const std::string& network, const std::string& options) {
  const char* python = std::getenv("SALIX_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "SALIX_PYTHON names no Python with PyTorch";
  const ScratchFolder folder;
  const char* moved = std::getenv("SALIX_PROGRAM");
  const std::string command = std::string(python) + " " +
                              (source_folder() / "tests/peers/network_parity.py").string() + " " +
                              network + " " + (moved != nullptr ? moved : SALIX_PROGRAM) + " " +
                              folder.path().string() + " " + options;
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

class TorchParitySlow : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Networks, TorchParitySlow, ::testing::Values("a2s", "cornet", "midnet"),
                         [](const auto& network) { return std::string(network.param); });

TEST_P(TorchParitySlow, EvalAt320) { expect_parity(GetParam(), "--size 320 --mode eval"); }
TEST_P(TorchParitySlow, TrainAt320) { expect_parity(GetParam(), "--size 320 --mode train"); }
TEST_P(TorchParitySlow, Float64At64) {
  expect_parity(GetParam(), "--size 64 --mode train --dtype float64");
}
TEST_P(TorchParitySlow, SimtAt64) {
  expect_parity(GetParam(), "--size 64 --mode train --device simt");
}

}  // namespace
}  // namespace salix::testing
