// Which images of a set a report shows.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace salix::report {

struct Choice {
  std::string group;                // "Best", "Median", "Worst"
  std::vector<std::size_t> places;  // in the given order of images, best first
};

// `count` of each group by value, higher is better; what is not a number is left out. Of few
// images no one is shown twice: with fewer than three all are in "Best".
std::vector<Choice> choose_samples(std::span<const double> values, std::size_t count);

}  // namespace salix::report
