#include "train/audit/audit_diff.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/error.h"
#include "engine/io/file.h"
#include "engine/io/json_text.h"

namespace salix {
namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

// The lines of a .jsonl file one by one: a trace of a long run does not fit in memory.
class Lines {
 public:
  explicit Lines(const fs::path& path) : path_(path), file_(path) {
    if (!file_) throw IoError(path.string() + ": the file cannot be opened for reading");
  }

  // False at the end. A torn last line counts as the end.
  bool next() {
    text.clear();
    if (!std::getline(file_, text) || file_.eof()) return false;
    ++number_;
    return true;
  }
  Json json() const {
    Json line = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!line.is_object() || !line.contains("step") || !line["step"].is_number_integer()) {
      throw IoError(str(path_.string(), ":", number_, ": must be a JSON object with a step"));
    }
    return line;
  }

  std::string text;

 private:
  fs::path path_;
  std::ifstream file_;
  std::int64_t number_ = 0;
};

std::string words(const Json& line) {
  const std::string phase = line.value("phase", ""), name = line.value("name", "");
  if (phase == "forward") return str("forward of ", name, ", output ", line.value("output", 0));
  if (phase == "backward") {
    return str("backward of ", name, ", gradient of input ", line.value("output", 0));
  }
  return str(phase, " of ", name);
}

void parted(AuditDifference& result, Lines& a, bool has_a, Lines& b, bool has_b) {
  const Json line = has_a ? a.json() : b.json();
  result.step = line["step"];
  if (has_a) result.a = a.text;
  if (has_b) result.b = b.text;
  if (has_a != has_b) {
    result.what = str("the end: the ", has_a ? "second" : "first", " run has no more lines");
  } else if (words(line) != words(b.json())) {
    result.what = str(words(line), " in the first run, ", words(b.json()), " in the second");
  } else {
    result.what = words(line);
  }
}

void compare_traces(AuditDifference& result, Lines&& a, Lines&& b) {
  std::string equal;  // the last line that both have
  bool has_a = false, has_b = false;
  while (true) {
    has_a = a.next();
    has_b = b.next();
    if (!has_a || !has_b || a.text != b.text) break;
    equal = a.text;
  }
  const Json last = equal.empty() ? Json{{"step", 0}} : Json::parse(equal);
  result.steps = last["step"];
  result.identical = !has_a && !has_b;
  if (result.identical) return;
  if (!equal.empty()) result.before = words(last);
  parted(result, a, has_a, b, has_b);
  if (result.step == result.steps) --result.steps;  // that step is not an equal one
}

// The values that a repeated run must give again.
Json without_times(Json line) {
  for (auto value = line.begin(); value != line.end();) {
    value = value.key().starts_with("time") ? line.erase(value) : std::next(value);
  }
  return line;
}

void compare_metrics(AuditDifference& result, Lines&& a, Lines&& b) {
  while (true) {
    const bool has_a = a.next(), has_b = b.next();
    if (!has_a && !has_b) {
      result.identical = true;
      return;
    }
    if (has_a != has_b) return parted(result, a, has_a, b, has_b);
    const Json line = without_times(a.json()), other = without_times(b.json());
    const auto rows = json_differences(io::json_text(line), "", io::json_text(other), "");
    if (rows.empty()) {
      result.steps = line["step"];
      continue;
    }
    parted(result, a, has_a, b, has_b);
    result.what = str(rows.front().name, " is ", rows.front().a, " in the first run, ",
                      rows.front().b, " in the second");
    return;
  }
}

std::vector<JsonDifference> file_differences(const fs::path& a, const fs::path& b) {
  if (!fs::exists(a) || !fs::exists(b)) return {};
  return json_differences(io::read_text_file(a), a.string(), io::read_text_file(b), b.string());
}

}  // namespace

AuditDifference audit_diff(const fs::path& run_a, const fs::path& run_b) {
  AuditDifference result;
  for (const fs::path& run : {run_a, run_b}) {
    if (!fs::exists(run / "audit.jsonl") && !fs::exists(run / "metrics.jsonl")) {
      throw IoError(str(run.string(), ": is no run: it has neither audit.jsonl nor metrics.jsonl"));
    }
  }
  const bool traced = fs::exists(run_a / "audit.jsonl") && fs::exists(run_b / "audit.jsonl");
  result.source = traced ? "audit.jsonl" : "metrics.jsonl";
  if (traced) {
    compare_traces(result, Lines(run_a / result.source), Lines(run_b / result.source));
  } else {
    compare_metrics(result, Lines(run_a / result.source), Lines(run_b / result.source));
  }
  result.config = file_differences(run_a / "config.json", run_b / "config.json");
  result.manifest = file_differences(run_a / "manifest.json", run_b / "manifest.json");
  return result;
}

}  // namespace salix
