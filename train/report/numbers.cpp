#include "train/report/numbers.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace salix::report {
namespace {

template <typename... Values>
std::string printed(const char* format, Values... values) {
  char line[64];
  std::snprintf(line, sizeof line, format, values...);
  return line;
}

std::vector<double> finite(std::span<const double> values) {
  std::vector<double> kept;
  for (const double value : values)
    if (std::isfinite(value)) kept.push_back(value);
  return kept;
}

}  // namespace

std::string fixed(double value, int digits) {
  if (!std::isfinite(value)) return "n/a";
  return std::abs(value) < 1e15 ? printed("%.*f", digits, value) : printed("%.6g", value);
}

std::string significant(double value) {
  return std::isfinite(value) ? printed("%.4g", value) : "n/a";
}

std::string grouped(std::int64_t count) {
  std::string digits = std::to_string(count);
  const std::ptrdiff_t first = count < 0 ? 1 : 0;
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > first; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e12) return "n/a";
  if (seconds < 0.9995) return printed("%.3g", seconds * 1000) + " ms";
  if (seconds < 59.95) return printed(seconds < 9.995 ? "%.2f s" : "%.1f s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return printed("%lld min %02lld s", whole / 60, whole % 60);
  if (whole < 86400) return printed("%lld h %02lld min", whole / 3600, whole / 60 % 60);
  return printed("%lld d %lld h", whole / 86400, whole / 3600 % 24);
}

std::string bytes(double count) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (count >= 1024 && unit + 1 < std::size(kUnits)) {
    count /= 1024;
    ++unit;
  }
  return printed(unit == 0 || count >= 100 ? "%.0f " : "%.3g ", count) + kUnits[unit];
}

std::string counted(std::int64_t count, const std::string& noun) {
  return grouped(count) + " " + noun + (count == 1 ? "" : "s");
}

double median(std::span<const double> values) { return quantile(values, 0.5); }

double mean(std::span<const double> values) {
  const std::vector<double> kept = finite(values);
  double sum = 0;
  for (const double value : kept) sum += value;
  return sum / static_cast<double>(kept.size());
}

double quantile(std::span<const double> values, double share) {
  std::vector<double> kept = finite(values);
  if (kept.empty()) return std::nan("");
  std::sort(kept.begin(), kept.end());
  const double at = share * static_cast<double>(kept.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, kept.size() - 1);
  return kept[low] + (at - std::floor(at)) * (kept[high] - kept[low]);
}

}  // namespace salix::report
