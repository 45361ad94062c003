// Small texts of messages and names.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace salix {

// Adds `name` to a list: "a", then "a, b".
inline void add_to_list(std::string& list, std::string_view name) {
  if (!list.empty()) list += ", ";
  list += name;
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
