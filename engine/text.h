// Small texts of messages and names.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace salix {

// Adds `name` to a list: "a", then "a, b".
inline void add_to_list(std::string& list, std::string_view name) {
  if (!list.empty()) list += ", ";
  list += name;
}

// "a, b and 3 more": the first `most` of a list.
inline std::string first_of(const std::vector<std::string>& names, std::size_t most) {
  std::string list;
  for (std::size_t k = 0; k < names.size() && k < most; ++k) add_to_list(list, names[k]);
  if (names.size() > most) list += " and " + std::to_string(names.size() - most) + " more";
  return list;
}

// ".JPG" -> ".jpg", for the letters of ASCII; "" where there is none.
inline std::string lower_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& letter : extension) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return extension;
}

}  // namespace salix
