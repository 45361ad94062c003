// JSON as text, whatever bytes its strings hold: file names and command lines need not be UTF-8,
// but JSON must be.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace salix::io {

// `text` with each byte that is no part of UTF-8 written as \xe9, so that it stays recognisable.
std::string utf8_of(std::string_view text);

// `indent` -1: on one line. Strings and names of members go through utf8_of().
std::string json_text(const nlohmann::ordered_json& value, int indent = 2);
std::string json_text(const nlohmann::json& value, int indent = 2);

}  // namespace salix::io
