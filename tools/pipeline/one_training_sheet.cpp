#include "tools/pipeline/one_training_sheet.h"

#include "data/drawing/compose.h"
#include "data/image/image_io.h"
#include "data/image/resize_pillow.h"
#include "data/meaning/read_meant.h"
#include "tools/pipeline/sheet_choice.h"
#include "train/inference/features.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

data::SheetEntry entry_of(const NetworkFacts& network, const ShownSet& set,
                          const data::SampleFiles& sample) {
  data::SheetEntry entry{sample.name, {}};
  const auto add = [&](data::Image picture) { entry.tiles.push_back(std::move(picture)); };
  add(data::read_photograph(sample.image, sample.reading, nullptr));
  const int height = entry.tiles.front().height, width = entry.tiles.front().width;
  const auto add_enlarged = [&](const data::Image& picture) {
    add(data::resize_bilinear_pillow(picture, height, width));
  };
  if (network.needs_modality()) add(data::read_modality(sample.modality, sample.reading, nullptr));
  const std::string file = sample.name + ".png";
  add_enlarged(data::read_grey(set.maps / file));
  if (network.gives_embedding) add_enlarged(data::read_rgb(set.embeddings / file));
  add(sample.mask.empty() ? blank(entry.tiles.front())
                          : data::read_mask(sample.mask, sample.reading, nullptr));
  return entry;
}

}  // namespace

void write_one_training_sheet(const NetworkFacts& network, const std::vector<ShownSet>& sets,
                              int images_per_set, const fs::path& file) {
  std::vector<data::SheetEntry> entries;
  for (const ShownSet& set : sets) {
    for (const data::SampleFiles& sample : evenly_chosen(set.list.samples, images_per_set))
      entries.push_back(entry_of(network, set, sample));
  }
  std::vector<std::string> titles = feature_sheet_titles(network, sets.front().list.task);
  if (!network.gives_embedding) titles.pop_back();
  titles.emplace_back("truth");
  data::write_image(file, data::contact_sheet(entries, titles));
}

}  // namespace salix::cli
