#include "train/report/sample_choice.h"

#include <algorithm>
#include <cmath>

namespace salix::report {

std::vector<Choice> choose_samples(std::span<const double> values, std::size_t count) {
  std::vector<std::size_t> ranks;
  for (std::size_t k = 0; k < values.size(); ++k)
    if (std::isfinite(values[k])) ranks.push_back(k);
  std::stable_sort(ranks.begin(), ranks.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  if (ranks.empty() || count == 0) return {};
  if (ranks.size() < 3) return {{"Best", ranks}};
  const std::size_t each = std::min(count, ranks.size() / 3);
  const auto part = [&](std::size_t begin) {
    const auto first = ranks.begin() + static_cast<std::ptrdiff_t>(begin);
    return std::vector<std::size_t>(first, first + static_cast<std::ptrdiff_t>(each));
  };
  return {{"Best", part(0)},
          {"Median", part((ranks.size() - each) / 2)},
          {"Worst", part(ranks.size() - each)}};
}

}  // namespace salix::report
