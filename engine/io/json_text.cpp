#include "engine/io/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/io/bytes.h"

namespace salix::io {
namespace {

constexpr std::size_t kLongest = 4;  // bytes of a character

// The character at the start of `text`; its first byte if that begins none.
std::string_view first_character(std::string_view text) {
  for (std::size_t length = 1; length <= std::min(kLongest, text.size()); ++length)
    if (is_utf8(text.substr(0, length))) return text.substr(0, length);
  return text.substr(0, 1);
}

template <typename Json>
Json in_utf8(const Json& value) {
  if (value.is_string()) return utf8_of(value.template get_ref<const std::string&>());
  if (value.is_object()) {
    Json object = Json::object();
    for (const auto& [name, member] : value.items()) object[utf8_of(name)] = in_utf8(member);
    return object;
  }
  if (!value.is_array()) return value;
  Json array = Json::array();
  for (const Json& element : value) array.push_back(in_utf8(element));
  return array;
}

template <typename Json>
std::string text_of(const Json& value, int indent) {
  try {
    return value.dump(indent);
  } catch (const typename Json::type_error&) {  // rare: only then all strings are looked at
    return in_utf8(value).dump(indent);
  }
}

}  // namespace

std::string utf8_of(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::string_view character = first_character(text);
    result += is_utf8(character) ? std::string(character) : printable(character);
    text.remove_prefix(character.size());
  }
  return result;
}

std::string json_text(const nlohmann::ordered_json& value, int indent) {
  return text_of(value, indent);
}
std::string json_text(const nlohmann::json& value, int indent) { return text_of(value, indent); }

}  // namespace salix::io
