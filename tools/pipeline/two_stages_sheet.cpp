#include "tools/pipeline/two_stages_sheet.h"

#include "data/drawing/compose.h"
#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "data/meaning/read_meant.h"
#include "data/sets/dataset.h"
#include "models/weights/load_network.h"
#include "tools/pipeline/sheet_choice.h"
#include "train/inference/inference_pass.h"
#include "train/inference/network_input.h"
#include "train/inference/scored_lists.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

// One row of the sheet. `modality` has a tile where the network looks at it.
class SheetItem final : public InferenceItem {
 public:
  SheetItem(const data::SampleFiles& files, fs::path label, const NetworkFacts& network, int size,
            std::vector<data::SheetEntry>& entries)
      : files_(files),
        label_(std::move(label)),
        network_(network),
        size_(size),
        two_(network.needs_modality()),
        entries_(entries) {}

  void read() override {
    picture_ = data::read_photograph(files_.image, files_.reading, nullptr);
    image = image_input(network_, picture_, size_);
    if (!two_) return;
    second_ = data::read_modality(files_.modality, files_.reading, nullptr);
    modality = modality_input(network_, second_, size_);
  }

  void finish(Exec&) override {
    const int height = picture_.height, width = picture_.width;
    tiles_.push_back(std::move(picture_));
    if (two_) tiles_.push_back(std::move(second_));
    tiles_.push_back(data::read_grey(label_));
    tiles_.push_back(data::to_uint8_truncated(at_image_size(map, height, width)));
    tiles_.push_back(files_.mask.empty() ? blank(tiles_.back())
                                         : data::read_mask(files_.mask, files_.reading, nullptr));
  }

  // A file that cannot be read ends the sheet.
  void report() override {
    if (failure) std::rethrow_exception(failure);
    entries_.push_back({files_.name, std::move(tiles_)});
  }

 private:
  const data::SampleFiles files_;
  const fs::path label_;
  const NetworkFacts& network_;
  const int size_;
  const bool two_;
  std::vector<data::SheetEntry>& entries_;
  data::Image picture_, second_;
  std::vector<data::Image> tiles_;
};

}  // namespace

void write_two_stages_sheet(const TwoStagesOptions& stages, const fs::path& file) {
  data::DatasetOptions options = stages.stage2().data.options();
  options.masks_required = false;
  const auto lists = data::evaluation_lists(stages.label_vals(), options);
  const std::unique_ptr<Exec> exec = make_exec(stages.settings.common);
  LoadedNetwork loaded =
      load_network(*exec, stages.network(2), stages.weights(2), stages.settings.allow_partial);
  loaded.network->eval();
  loaded.network->prepare_inference();

  std::vector<data::SheetEntry> entries;
  InferenceItems items;
  for (const data::SampleList& list : lists) {
    const fs::path labels = data::pseudo_label_folder(list.task, set_name(list), options);
    for (const data::SampleFiles& sample :
         evenly_chosen(list.samples, stages.settings.sheet_images)) {
      items.push_back(std::make_unique<SheetItem>(sample, labels / (sample.name + ".png"),
                                                  loaded.network->facts(), stages.size, entries));
    }
  }
  run_inference(*exec, saliency_of(*loaded.network, /*at_input_size=*/false), std::move(items),
                /*batch=*/1);
  std::vector<std::string> titles{"image", "pseudo label", "prediction", "truth"};
  if (loaded.network->needs_modality()) titles.insert(titles.begin() + 1, "modality");
  data::write_image(file, data::contact_sheet(entries, titles));
}

}  // namespace salix::cli
