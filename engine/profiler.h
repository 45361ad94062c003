// Times every op that runs on an Exec: a per-op table, and a trace that Chrome's
// about:tracing and Perfetto open. On CUDA each op is synchronised, so that the
// times are the device's own; profile to understand, bench to measure.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <mutex>
#include <string>
#include <vector>

namespace salix {

class Exec;

class Profiler {
 public:
  struct Event {
    std::string op;
    double start_us;
    double duration_us;
    int depth;  // 0: not inside another op
  };

  void add(const char* op, double start_us, double duration_us, int depth);
  double now_us() const;
  std::vector<Event> events() const;
  // One line per op, most expensive first: calls, total ms, share, mean us.
  void write_table(std::ostream& out) const;
  // The Chrome trace event format, one "X" event per op.
  void write_chrome_trace(std::ostream& out) const;

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
  mutable std::mutex mutex_;
  std::vector<Event> events_;
};

// Measures its own lifetime when the Exec has a profiler, the same one from begin to end;
// else does nothing.
class ProfileScope {
 public:
  ProfileScope(Exec& exec, const char* op);
  ~ProfileScope();
  ProfileScope(const ProfileScope&) = delete;
  ProfileScope& operator=(const ProfileScope&) = delete;

 private:
  Exec& exec_;
  const char* op_;
  Profiler* profiler_;  // the Exec's when the scope began
  double start_us_ = 0;
};

}  // namespace salix
