#include "train/report/json_lines.h"

#include <cmath>
#include <fstream>
#include <limits>

#include "engine/error.h"
#include "engine/io/file.h"

namespace salix::report {
namespace fs = std::filesystem;

namespace {

constexpr int kDeepest = 32;                   // of ours none is deeper than 5
constexpr double kExact = 9007199254740992.0;  // 2^53

// What is nested deeper than any file of ours is left out: writing it again would recurse.
Json parsed(const std::string& text) {
  return Json::parse(
      text, [](int depth, Json::parse_event_t, Json&) { return depth <= kDeepest; },
      /*allow_exceptions=*/false);
}

}  // namespace

std::optional<Json> read_object(const fs::path& path, Notes& notes) {
  if (!fs::is_regular_file(path)) return std::nullopt;
  Json object = parsed(io::read_text_file(path));
  if (object.is_object()) return object;
  notes.push_back(str(path.filename().string(), " is not a JSON object and was left out."));
  return std::nullopt;
}

void for_each_line(const fs::path& path, Notes& notes,
                   const std::function<bool(const Json& line)>& take) {
  std::ifstream file(path);
  std::int64_t lines = 0, left_out = 0, first = 0;
  for (std::string text; std::getline(file, text);) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    ++lines;
    const Json line = parsed(text);
    if (line.is_object() && take(line)) continue;
    if (left_out++ == 0) first = lines;
  }
  if (left_out == 0) return;
  notes.push_back(str(path.filename().string(), ": ", left_out, " of ", lines,
                      " lines could not be read and were left out, the first is line ", first,
                      "."));
}

std::optional<double> number_of(const Json& value) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return kInfinity;
  if (text == "-Infinity") return -kInfinity;
  return std::nullopt;
}

std::optional<double> number_of(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  return found == object.end() ? std::nullopt : number_of(*found);
}

std::optional<double> count_of(const Json& object, const std::string& name) {
  const std::optional<double> number = number_of(object, name);
  return number && std::abs(*number) < kExact ? number : std::nullopt;
}

std::int64_t integer_of(const Json& object, const std::string& name, std::int64_t absent) {
  const std::optional<double> number = count_of(object, name);
  return number ? static_cast<std::int64_t>(*number) : absent;
}

std::string text_of(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& array_of(const Json& object, const std::string& name) {
  static const Json kNone = Json::array();
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? *found : kNone;
}

}  // namespace salix::report
