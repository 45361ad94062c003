#include "train/loop/step_profile.h"

#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/io/atomic_file.h"
#include "engine/io/json_text.h"

namespace salix {
namespace {

using Json = nlohmann::ordered_json;

struct Cost {
  std::string op;
  std::int64_t calls = 0;
  double milliseconds = 0;
};

std::vector<Cost> costs_of(const Profiler& profiler) {
  std::map<std::string, Cost> by_op;
  for (const Profiler::Event& event : profiler.events()) {
    if (event.depth > 0) continue;
    Cost& cost = by_op[event.op];
    cost.op = event.op;
    ++cost.calls;
    cost.milliseconds += event.duration_us / 1000;
  }
  std::vector<Cost> costs;
  for (const auto& [name, cost] : by_op) costs.push_back(cost);
  std::stable_sort(costs.begin(), costs.end(),
                   [](const Cost& a, const Cost& b) { return a.milliseconds > b.milliseconds; });
  return costs;
}

std::int64_t resident_peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace

StepProfile::StepProfile(Exec& exec) : exec_(exec), active_(exec.profiler() == nullptr) {
  if (active_) exec_.set_profiler(&profiler_);
}

StepProfile::~StepProfile() {
  if (active_) exec_.set_profiler(nullptr);
}

void StepProfile::write(const std::filesystem::path& path, std::int64_t step) const {
  if (!active_) return;
  Json profile{{"step", step}, {"device", exec_.device().to_string()}, {"ops", Json::array()}};
  for (const Cost& cost : costs_of(profiler_)) {
    profile["ops"].push_back(
        {{"op", cost.op}, {"calls", cost.calls}, {"milliseconds", cost.milliseconds}});
  }
  profile["memory"] = {{"allocator_peak_bytes", exec_.allocator()->stats().peak_bytes},
                       {"resident_peak_bytes", resident_peak_bytes()}};
  io::write_file_atomically(path, io::bytes_of(io::json_text(profile) + "\n"));
}

}  // namespace salix
