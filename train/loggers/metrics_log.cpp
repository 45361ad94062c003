#include "train/loggers/metrics_log.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/io/file.h"

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

}  // namespace

std::uint64_t end_of_steps(const std::filesystem::path& path, std::int64_t last_step) {
  if (!std::filesystem::exists(path)) return 0;
  const std::string text = io::read_text_file(path);
  std::size_t end = 0;
  while (end < text.size()) {
    const std::size_t newline = text.find('\n', end);
    if (newline == std::string::npos) break;
    const Json line = Json::parse(text.begin() + static_cast<std::ptrdiff_t>(end),
                                  text.begin() + static_cast<std::ptrdiff_t>(newline), nullptr,
                                  /*allow_exceptions=*/false);
    if (!line.is_object()) break;
    const auto step = line.find("step");
    if (step != line.end() && step->is_number() && step->get<std::int64_t>() > last_step) break;
    end = newline + 1;
  }
  return end;
}

MetricsLog::MetricsLog(const std::filesystem::path& path, std::int64_t last_step) : file_(path) {
  file_.truncate(end_of_steps(path, last_step));
}

void MetricsLog::write(std::int64_t step, const Metrics& metrics) {
  Json line{{"step", step}};
  for (const auto& [name, value] : metrics) line[name] = to_json(value);
  file_.append(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace salix
