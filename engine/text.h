// Small texts of messages.
#pragma once

#include <string>
#include <string_view>

namespace salix {

// Adds `name` to a list: "a", then "a, b".
inline void add_to_list(std::string& list, std::string_view name) {
  if (!list.empty()) list += ", ";
  list += name;
}

}  // namespace salix
