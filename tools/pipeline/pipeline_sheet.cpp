#include "tools/pipeline/pipeline_sheet.h"

#include "data/drawing/compose.h"
#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "data/sets/dataset.h"
#include "models/weights/load_network.h"
#include "train/inference/predictor.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

// Evenly spread over the set, as neighbours may be frames of one video.
std::vector<data::SampleFiles> some_of(const std::vector<data::SampleFiles>& samples,
                                       std::size_t count) {
  count = std::min(count, samples.size());
  std::vector<data::SampleFiles> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(samples[i * samples.size() / count]);
  return chosen;
}

data::Image blank(const data::Image& like) {
  data::Image image = like;
  std::fill(image.pixels.begin(), image.pixels.end(), std::uint8_t{128});
  return image;
}

}  // namespace

void write_pipeline_sheet(const PipelineRequest& request, const fs::path& file) {
  data::DatasetOptions options = request.stage2().data.options();
  options.masks_required = false;
  const auto lists = data::evaluation_lists(request.label_vals(), options);
  const std::unique_ptr<Exec> exec = make_exec(request.common);
  LoadedNetwork loaded =
      load_network(*exec, request.network(2), request.weights(2), request.allow_partial);
  loaded.network->eval();
  loaded.network->prepare_inference();
  Predictor predictor(*loaded.network, request.size);
  const bool two = loaded.network->needs_modality();

  std::vector<data::SheetEntry> entries;
  for (const data::SampleList& list : lists) {
    const fs::path labels = data::pseudo_label_folder(list.task, list.name.substr(2), options);
    for (const data::SampleFiles& sample :
         some_of(list.samples, static_cast<std::size_t>(request.sheet_images))) {
      const data::Image image = data::read_rgb(sample.image);
      std::vector<data::Image> modalities;
      if (two) modalities.push_back(data::read_rgb(sample.modality));
      data::SheetEntry entry{sample.name, {image}};
      if (two) entry.tiles.push_back(modalities.front());
      entry.tiles.push_back(data::read_grey(labels / (sample.name + ".png")));
      entry.tiles.push_back(data::to_uint8_truncated(predictor({image}, modalities).maps.front()));
      entry.tiles.push_back(sample.mask.empty() ? blank(entry.tiles.back())
                                                : data::read_grey(sample.mask));
      entries.push_back(std::move(entry));
    }
  }
  std::vector<std::string> titles{"image", "pseudo label", "prediction", "truth"};
  if (two) titles.insert(titles.begin() + 1, "modality");
  data::write_image(file, data::contact_sheet(entries, titles));
}

}  // namespace salix::cli
