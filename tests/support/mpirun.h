// Programs on several ranks of this machine.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace salix::testing {

// Whether this build has MPI and there is an mpirun on PATH.
bool has_mpirun();

// Runs `command` on `ranks` ranks, each with one thread, and waits.
class Mpirun {
 public:
  Mpirun(int ranks, const std::vector<std::string>& command);
  int code() const { return code_; }
  const std::string& output() const { return output_; }  // both streams of all ranks

 private:
  int code_;
  std::string output_;
};

// A macro because GTEST_SKIP returns from the test.
#define SALIX_SKIP_WITHOUT_MPIRUN()                        \
  if (!::salix::testing::has_mpirun())                     \
  GTEST_SKIP() << "no MPI in this build, or no mpirun on " \
                  "PATH"

}  // namespace salix::testing
