// metrics.jsonl: one JSON object per line and step, for programs.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/io/append_file.h"

namespace salix {

// Named values in the order of the line. Floats are written with as many digits (at most 17)
// as give the same bits back; "NaN", "Infinity" and "-Infinity" as text, which JSON lacks.
using MetricValue = std::variant<std::int64_t, double, std::string>;
using Metrics = std::vector<std::pair<std::string, MetricValue>>;

class MetricsLog {
 public:
  // Opens or makes the file. Lines of steps after `last_step` are cut off, and so is an end that
  // was torn by a killed process: a resumed run writes those steps again, and none stands twice.
  // `last_step`: that of the checkpoint; 0 for a new run.
  MetricsLog(const std::filesystem::path& path, std::int64_t last_step);

  // {"step": step, ...metrics}; on its way to the disk when this returns. IoError on a full disk,
  // after which the file ends with its last whole line.
  void write(std::int64_t step, const Metrics& metrics);
  // Several lines of one step; a killed process leaves all of them or none.
  void write_all(std::int64_t step, const std::vector<Metrics>& lines);

 private:
  io::AppendFile file_;
};

// Where a file of JSON lines ends when steps after `last_step` and a torn end are left out.
// A line without a number "step" is kept when the lines before it are.
std::uint64_t end_of_steps(const std::filesystem::path& path, std::int64_t last_step);

// Whether a whole line of this step has a value called `name`.
bool has_line(const std::filesystem::path& path, std::int64_t step, const std::string& name);

}  // namespace salix
