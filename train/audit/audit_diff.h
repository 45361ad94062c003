// Where two runs part: the question behind `salix audit diff`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "train/run_folder/json_difference.h"

namespace salix {

struct AuditDifference {
  bool identical = false;
  std::string source;      // "audit.jsonl" or "metrics.jsonl": what was compared
  std::int64_t steps = 0;  // equal ones, from the beginning
  // Where they part; the line of each run as JSON, "" where that run ends.
  std::int64_t step = 0;
  std::string what;  // "forward of conv2d, output 0", "gradient of encoder.conv1.weight"
  std::string a, b;
  std::string before;  // the last tensor that was still equal, in the words of `what`; may be ""
  // Listed to explain, without a say in `identical`.
  std::vector<JsonDifference> config, manifest;
};

// Compares the audit traces, to the first hash that differs; where a run has none, the metrics, to
// the first value with other bits. Measured times do not count: names that begin with "time".
// A run that ends earlier is not identical. IoError for folders that are no runs.
AuditDifference audit_diff(const std::filesystem::path& run_a, const std::filesystem::path& run_b);

}  // namespace salix
