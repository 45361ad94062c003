#include "tools/pipeline/sheet_choice.h"

#include <algorithm>

namespace salix::cli {

std::vector<data::SampleFiles> evenly_chosen(const std::vector<data::SampleFiles>& samples,
                                             int count) {
  const std::size_t chosen_count = std::min(static_cast<std::size_t>(count), samples.size());
  std::vector<data::SampleFiles> chosen;
  for (std::size_t i = 0; i < chosen_count; ++i)
    chosen.push_back(samples[i * samples.size() / chosen_count]);
  return chosen;
}

data::Image blank(const data::Image& like) {
  data::Image image = like;
  std::fill(image.pixels.begin(), image.pixels.end(), std::uint8_t{128});
  return image;
}

}  // namespace salix::cli
