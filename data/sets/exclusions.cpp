#include "data/sets/exclusions.h"

#include <algorithm>
#include <filesystem>

#include "data/sets/file_list.h"
#include "engine/error.h"

namespace salix::data {

std::set<std::string> names_left_out(const std::string& set, std::span<const std::string> samples,
                                     const DatasetOptions& options) {
  const auto found = options.excluded.find(set);
  if (found == options.excluded.end() || samples.empty()) return {};
  const std::set<std::string> known(samples.begin(), samples.end());
  std::set<std::string> out;
  std::size_t unknown = 0;
  std::string first_unknown;
  for (const std::string& name : found->second) {
    const std::string stem = has_image_extension(name)
                                 ? std::filesystem::path(name).replace_extension().generic_string()
                                 : name;
    if (known.contains(name)) {
      out.insert(name);
    } else if (known.contains(stem)) {
      out.insert(stem);
    } else if (unknown++ == 0) {
      first_unknown = name;
    }
  }
  if (unknown > 0 && options.warn) {
    options.warn(str("data set ", set, ": ", unknown, " of ", found->second.size(),
                     " names to leave out do not occur in it, such as '", first_unknown,
                     "'; its samples are called like '", samples.front(), "'"));
  }
  SALIX_CHECK(out.size() < known.size(), "data set ", set,
              ": the names to leave out are all of its ", known.size(),
              " samples; is it the right list, and the right column?");
  return out;
}

void warn_of_unused_exclusions(std::span<const std::string> sets, const DatasetOptions& options) {
  if (!options.warn) return;
  for (const auto& [set, names] : options.excluded) {
    if (std::find(sets.begin(), sets.end(), set) != sets.end()) continue;
    std::string text;
    for (const std::string& read : sets) text += (text.empty() ? "" : ", ") + read;
    options.warn(str("--exclude ", set,
                     "=...: leaves nothing out, because no set that is read is "
                     "called ",
                     set, "; there are: ", text));
  }
}

}  // namespace salix::data
