#include "models/weights/prefix_search.h"

#include <algorithm>
#include <array>

#include "engine/io/bytes.h"

namespace salix {
namespace {

constexpr std::size_t kShownNames = 3;

// MoCo's key encoder, MoCo v3's momentum encoder, BYOL's target, DINO's student, averages.
constexpr std::array<std::string_view, 6> kFollowers{"encoder_k", "momentum", "target",
                                                     "student",   "ema",      "key_encoder"};

bool is_follower(const std::string& prefix) {
  return std::any_of(kFollowers.begin(), kFollowers.end(),
                     [&](std::string_view part) { return prefix.find(part) != std::string::npos; });
}

void add_prefix(std::vector<std::string>& prefixes, std::string prefix) {
  if (!prefix.empty() && prefix.back() != '.') return;
  if (std::find(prefixes.begin(), prefixes.end(), prefix) == prefixes.end())
    prefixes.push_back(std::move(prefix));
}

std::vector<std::string> followers_last(std::vector<std::string> prefixes) {
  std::stable_partition(prefixes.begin(), prefixes.end(),
                        [](const std::string& prefix) { return !is_follower(prefix); });
  return prefixes;
}

}  // namespace

std::vector<std::string> prefixes_of(const io::NamedArrays& arrays, const std::string& known) {
  std::vector<std::string> found;
  for (const io::NamedArray& named : arrays) {
    if (named.name.ends_with(known))
      add_prefix(found, named.name.substr(0, named.name.size() - known.size()));
  }
  return followers_last(std::move(found));
}

std::vector<std::string> prefixes_before(const io::NamedArrays& arrays, const std::string& start) {
  std::vector<std::string> found;
  for (const io::NamedArray& named : arrays) {
    for (std::size_t at = named.name.find(start); at != std::string::npos;
         at = named.name.find(start, at + 1)) {
      add_prefix(found, named.name.substr(0, at));
    }
  }
  return followers_last(std::move(found));
}

std::string quote_some(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShownNames); ++i) {
    text += str(i > 0 ? ", '" : "'", io::printable(names[i]), "'");
  }
  return names.size() > kShownNames ? str(text, " and ", names.size() - kShownNames, " more")
                                    : text;
}

std::string quote_some(const io::NamedArrays& arrays) {
  std::vector<std::string> names;
  for (const io::NamedArray& named : arrays) names.push_back(named.name);
  return quote_some(names);
}

}  // namespace salix
