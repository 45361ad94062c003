#include "engine/profiler.h"

#include <algorithm>
#include <iomanip>
#include <map>
#include <ostream>

#include "engine/exec.h"

namespace salix {

double Profiler::now_us() const {
  return std::chrono::duration<double, std::micro>(Clock::now() - start_).count();
}

void Profiler::add(const char* op, double start_us, double duration_us, int depth) {
  const std::lock_guard lock(mutex_);
  events_.push_back({op, start_us, duration_us, depth});
}

std::vector<Profiler::Event> Profiler::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

void Profiler::write_table(std::ostream& out) const {
  struct Row {
    std::string op;
    std::int64_t calls = 0;
    double total_us = 0;
  };
  std::map<std::string, Row> by_op;
  double all_us = 0;
  for (const Event& event : events()) {
    Row& row = by_op[event.op];
    row.op = event.op;
    row.calls += 1;
    row.total_us += event.duration_us;
    if (event.depth == 0) all_us += event.duration_us;
  }
  std::vector<Row> rows;
  for (const auto& [op, row] : by_op) rows.push_back(row);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.total_us > b.total_us; });

  out << std::left << std::setw(32) << "op" << std::right << std::setw(8) << "calls"
      << std::setw(12) << "total ms" << std::setw(8) << "%" << std::setw(12) << "mean us" << '\n'
      << std::fixed;
  for (const Row& row : rows) {
    out << std::left << std::setw(32) << row.op << std::right << std::setw(8) << row.calls
        << std::setw(12) << std::setprecision(3) << row.total_us / 1000 << std::setw(8)
        << std::setprecision(1) << (all_us > 0 ? 100 * row.total_us / all_us : 0) << std::setw(12)
        << row.total_us / static_cast<double>(row.calls) << '\n';
  }
}

void Profiler::write_chrome_trace(std::ostream& out) const {
  out << "{\"traceEvents\":[";
  const char* separator = "\n";
  for (const Event& event : events()) {
    // Op names are identifiers of ours, so they need no escaping.
    out << separator << "{\"name\":\"" << event.op
        << "\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":" << std::fixed << std::setprecision(3)
        << event.start_us << ",\"dur\":" << event.duration_us << '}';
    separator = ",\n";
  }
  out << "\n]}\n";
}

ProfileScope::ProfileScope(Exec& exec, const char* op)
    : exec_(exec), op_(op), profiler_(exec.profiler()) {
  if (profiler_ == nullptr) return;
  exec.synchronize();
  exec.profile_depth() += 1;
  start_us_ = profiler_->now_us();
}

ProfileScope::~ProfileScope() {
  if (profiler_ == nullptr) return;
  const int depth = --exec_.profile_depth();
  if (exec_.profiler() != profiler_) return;  // taken away meanwhile, perhaps destroyed
  try {
    exec_.synchronize();
    profiler_->add(op_, start_us_, profiler_->now_us() - start_us_, depth);
  } catch (...) {
    // A destructor never throws; the failing call reports its own error.
    (void)op_;
  }
}

}  // namespace salix
