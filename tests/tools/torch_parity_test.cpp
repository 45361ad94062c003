// The same network, weights and inputs in PyTorch; tests/peers/a2s_parity.py says how near.
// Needs a Python with torch, named by $SALIX_PYTHON; skipped without one.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/paths.h"
#include "tests/tools/scratch.h"

namespace salix::testing {
namespace {

void expect_parity(const std::string& options) {
  const char* python = std::getenv("SALIX_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "SALIX_PYTHON names no Python with PyTorch";
  const ScratchFolder folder;
  const char* moved = std::getenv("SALIX_PROGRAM");
  const std::string command =
      std::string(python) + " " + (source_folder() / "tests/peers/a2s_parity.py").string() + " " +
      (moved != nullptr ? moved : SALIX_PROGRAM) + " " + folder.path().string() + " " + options;
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

TEST(TorchParitySlow, EvalAt320) { expect_parity("--size 320 --mode eval"); }
TEST(TorchParitySlow, TrainAt320) { expect_parity("--size 320 --mode train"); }
TEST(TorchParitySlow, Float64At64) { expect_parity("--size 64 --mode train --dtype float64"); }
TEST(TorchParitySlow, SimtAt64) { expect_parity("--size 64 --mode train --device simt"); }

}  // namespace
}  // namespace salix::testing
