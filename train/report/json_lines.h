// Files of JSON read without trust: what cannot be read is counted, never thrown.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace salix::report {

using Json = nlohmann::ordered_json;

// Sentences about what was left out, for the end of the page.
using Notes = std::vector<std::string>;

// The object in `path`; nullopt when there is no such file, and with a note when it holds none.
std::optional<Json> read_object(const std::filesystem::path& path, Notes& notes);

// Calls `take` for every line that is a JSON object; a line for which it returns false, and one
// that is no object, is left out. One note per file says how many and which was the first.
void for_each_line(const std::filesystem::path& path, Notes& notes,
                   const std::function<bool(const Json& line)>& take);

// A member as a number: "NaN", "Infinity" and "-Infinity" are texts in our files. nullopt when it
// is absent or something else.
std::optional<double> number_of(const Json& object, const std::string& name);
std::optional<double> number_of(const Json& value);
// A member that counts something: finite, and below 2^53, so that it is exact as an integer.
std::optional<double> count_of(const Json& object, const std::string& name);
// The same as an integer, or `absent`.
std::int64_t integer_of(const Json& object, const std::string& name, std::int64_t absent = 0);
// A member as text, or "".
std::string text_of(const Json& object, const std::string& name);
// A member that is an array, or an empty one.
const Json& array_of(const Json& object, const std::string& name);

}  // namespace salix::report
