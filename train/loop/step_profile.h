// Where one training step spends its time and memory: profile.json of a run.
#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/exec.h"

namespace salix {

class StepProfile {
 public:
  // Profiles `exec` until it dies, unless somebody does already: then it stands back.
  explicit StepProfile(Exec& exec);
  ~StepProfile();
  StepProfile(const StepProfile&) = delete;
  StepProfile& operator=(const StepProfile&) = delete;

  // {"step", "device", "ops": [{"op", "calls", "milliseconds"}], most expensive first, ops inside
  // another op not counted twice, "memory": {"allocator_peak_bytes", "resident_peak_bytes"}}.
  // Atomic; writes nothing when it stood back.
  void write(const std::filesystem::path& path, std::int64_t step) const;

 private:
  Exec& exec_;
  Profiler profiler_;
  bool active_;
};

}  // namespace salix
