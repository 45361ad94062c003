#include "train/run_folder/json_difference.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/error.h"
#include "engine/io/json_text.h"

namespace salix {
namespace {

using Json = nlohmann::json;

// Objects are gone through; everything else, lists too, is one value.
void flatten(const Json& json, const std::string& name, std::map<std::string, std::string>& flat) {
  if (!json.is_object()) {
    flat[name] = io::json_text(json, -1);
    return;
  }
  for (const auto& [key, value] : json.items()) {
    flatten(value, name.empty() ? key : str(name, ".", key), flat);
  }
}

std::map<std::string, std::string> flat(const std::string& text, const std::string& source) {
  std::map<std::string, std::string> values;
  try {
    flatten(Json::parse(text), "", values);
  } catch (const Json::parse_error& error) {
    throw IoError(str(source, ": must be JSON; at byte ", error.byte, " it is not"));
  }
  return values;
}

}  // namespace

std::vector<JsonDifference> json_differences(const std::string& a, const std::string& source_a,
                                             const std::string& b, const std::string& source_b) {
  const auto values_a = flat(a, source_a), values_b = flat(b, source_b);
  std::set<std::string> names;
  for (const auto& [name, value] : values_a) names.insert(name);
  for (const auto& [name, value] : values_b) names.insert(name);
  const auto value_in = [](const auto& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string("absent") : found->second;
  };
  std::vector<JsonDifference> differences;
  for (const std::string& name : names) {
    const std::string in_a = value_in(values_a, name), in_b = value_in(values_b, name);
    if (in_a != in_b) differences.push_back({name, in_a, in_b});
  }
  return differences;
}

}  // namespace salix
