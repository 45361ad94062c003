#include "data/sets/reading.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include "engine/error.h"

namespace salix::data {
namespace {

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

std::string text_of(const ValueRange& range) {
  return range.of_each_file ? "auto" : str(range.black, ',', range.white);
}

}  // namespace

ValueRange parse_value_range(const std::string& option, const std::string& text) {
  if (text == "auto") return {.of_each_file = true};
  const std::size_t comma = text.find(',');
  if (comma != std::string::npos) {
    const auto black = number_in(std::string_view(text).substr(0, comma));
    const auto white = number_in(std::string_view(text).substr(comma + 1));
    if (black && white && *black != *white) return {.black = *black, .white = *white};
  }
  throw InvalidInput(str(option,
                         ": must be auto or LO,HI, the values that become 0 and 255, as in ",
                         "500,5000; got '", text, "'"));
}

std::optional<int> parse_mask_levels(const std::string& option, const std::string& text) {
  constexpr int kHighest = 254;
  if (text == "reference") return {};
  if (text == "nonzero") return 0;
  const std::optional<double> level = number_in(text);
  SALIX_CHECK(level && *level >= 0 && *level <= kHighest && *level == std::floor(*level), option,
              ": must be reference, nonzero, or a level 0..", kHighest,
              " above which all is foreground; got '", text, "'");
  return static_cast<int>(*level);
}

std::vector<std::pair<std::string, std::string>> words_of(const Reading& reading) {
  std::vector<std::pair<std::string, std::string>> words;
  if (reading.modality_range) words.emplace_back("depth_range", text_of(*reading.modality_range));
  if (reading.map_range) words.emplace_back("map_range", text_of(*reading.map_range));
  if (reading.foreground_above) words.emplace_back("mask_levels", str(*reading.foreground_above));
  if (reading.alpha) words.emplace_back("alpha", "true");
  if (reading.upright) words.emplace_back("upright", "true");
  return words;
}

}  // namespace salix::data
