// Two JSON objects, compared value by value.
#pragma once

#include <string>
#include <vector>

namespace salix {

struct JsonDifference {
  std::string name;  // "lr", "hardware.cpu"
  std::string a, b;  // as JSON; "absent" where there is none
};

// In order of name. IoError "<source>: ..." when a text is not JSON.
std::vector<JsonDifference> json_differences(const std::string& a, const std::string& source_a,
                                             const std::string& b, const std::string& source_b);

}  // namespace salix
