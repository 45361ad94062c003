// The options that every command has, and the Exec they make.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/exec.h"

namespace CLI {
class App;
}

namespace salix::cli {

struct CommonOptions {
  std::string device;  // empty: cuda when present, else cpu
  int threads = 0;     // 0: all cores
  std::uint64_t seed = 0;
  std::string amp = "none";  // or bf16: mixed precision
  bool fast = false;         // algorithms that need not repeat to the bit
  bool tf32 = false;         // CUDA: float32 factors rounded to 10 bits
  bool json = false;         // results as JSON on stdout
  bool profile = false;
  std::string trace;  // file for a Chrome trace
};

void add_common_options(CLI::App& command, CommonOptions& options);

// The device asked for; never another one silently: `--device cuda` without a GPU throws.
std::unique_ptr<Exec> make_exec(const CommonOptions& options);

// Attaches a profiler when --profile or --trace was given; on finish() prints the table to
// `err` and writes the trace.
class ProfileSession {
 public:
  ProfileSession(Exec& exec, const CommonOptions& options);
  ~ProfileSession();
  ProfileSession(const ProfileSession&) = delete;
  ProfileSession& operator=(const ProfileSession&) = delete;
  void finish(std::ostream& err);

 private:
  Exec& exec_;
  const CommonOptions& options_;
  Profiler profiler_;
  bool active_;
};

}  // namespace salix::cli
