#include "train/run_folder/loggers/metrics_log.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/io/file.h"
#include "engine/io/json_text.h"

namespace salix {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const MetricValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const double number = std::get<double>(value);
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return number;
}

std::string line_of(std::int64_t step, const Metrics& metrics) {
  Json line{{"step", step}};
  for (const auto& [name, value] : metrics) line[name] = to_json(value);
  return io::json_text(line, -1) + "\n";
}

// Calls `visit(line, end)` for each whole line until it returns false or a line is no object.
template <typename Visit>
void for_each_line(const std::filesystem::path& path, const Visit& visit) {
  if (!std::filesystem::exists(path)) return;
  const std::string text = io::read_text_file(path);
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t newline = text.find('\n', begin);
    if (newline == std::string::npos) return;
    const Json line = Json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                  text.begin() + static_cast<std::ptrdiff_t>(newline), nullptr,
                                  /*allow_exceptions=*/false);
    if (!line.is_object() || !visit(line, newline + 1)) return;
    begin = newline + 1;
  }
}

std::int64_t step_of(const Json& line) {
  const auto step = line.find("step");
  return step != line.end() && step->is_number() ? step->get<std::int64_t>() : -1;
}

}  // namespace

std::uint64_t end_of_steps(const std::filesystem::path& path, std::int64_t last_step) {
  std::uint64_t end = 0;
  for_each_line(path, [&](const Json& line, std::size_t line_end) {
    if (step_of(line) > last_step) return false;
    end = line_end;
    return true;
  });
  return end;
}

bool has_line(const std::filesystem::path& path, std::int64_t step, const std::string& name) {
  bool found = false;
  for_each_line(path, [&](const Json& line, std::size_t) {
    found = found || (step_of(line) == step && line.contains(name));
    return !found;
  });
  return found;
}

MetricsLog::MetricsLog(const std::filesystem::path& path, std::int64_t last_step) : file_(path) {
  file_.truncate(end_of_steps(path, last_step));
}

void MetricsLog::write(std::int64_t step, const Metrics& metrics) {
  file_.append(line_of(step, metrics));
}

void MetricsLog::write_all(std::int64_t step, const std::vector<Metrics>& lines) {
  std::string text;
  for (const Metrics& metrics : lines) text += line_of(step, metrics);
  if (!text.empty()) file_.append(text);
}

}  // namespace salix
