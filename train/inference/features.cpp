#include "train/inference/features.h"

#include <algorithm>
#include <array>

#include "data/drawing/segment_overlay.h"
#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "data/image/resize_pillow.h"
#include "data/loading/training_sample.h"
#include "data/meaning/read_meant.h"
#include "train/inference/embedding_colours.h"
#include "train/inference/feature_function.h"
#include "train/inference/inference_pass.h"
#include "train/inference/network_input.h"

namespace salix {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSegmentFolder = "segments";

// What the samples of a list share.
struct FeatureContext {
  const FeatureFunction& function;
  const NetworkFacts& network;
  const FeatureParams& params;
  data::Questions& questions;
  FeatureResult& result;
};

class FeatureItem final : public InferenceItem {
 public:
  FeatureItem(const data::SampleFiles& files, bool on_sheet, const FeatureContext& context)
      : files_(files), on_sheet_(on_sheet), context_(context) {
    wants_map = false;
    wants_logits = true;
    files_.mask.clear();
    if (!looks_at_modality()) files_.modality.clear();
  }

  void read() override {
    const int size = context_.params.size;
    data::TestSample sample =
        data::load_test_sample(files_, size, &context_.questions, resampling_of(context_.network));
    image = square_input(std::move(sample.image), size);
    if (!sample.modality.empty()) modality = square_input(std::move(sample.modality), size);
  }

  void finish(Exec&) override {
    const FeatureParams& params = context_.params;
    const Features features = context_.function.unpacked(logits);
    const data::Image colours = data::resize_nearest_pillow(
        embedding_colours(features.embedding).front(), params.size, params.size);
    write(colours, "");
    if (params.maps)
      for (const NamedMap& one : features.maps) write(data::to_uint8_truncated(one.map), one.name);
    if (params.segments) write_segments(features.embedding);
    if (on_sheet_) make_entry(features, colours);
  }

  void report() override {
    FeatureResult& result = context_.result;
    const FeatureParams& params = context_.params;
    ++result.images;
    if (failure) {
      result.failed.push_back(files_.name);
      if (params.on_failure) params.on_failure(failure_text());
    } else if (on_sheet_) {
      result.sheet.push_back(std::move(entry_));
    }
    if (params.on_progress) params.on_progress(1);
    if (params.stop) result.stopped = params.stop();
    if (result.stopped != 0) throw PassStopped("features: stopped");
  }

 private:
  bool looks_at_modality() const { return context_.network.needs_modality(); }

  void write(const data::Image& picture, const std::string& kind) const {
    const fs::path file = context_.params.folder / kind / (files_.name + ".png");
    fs::create_directories(file.parent_path());
    data::write_image(file, picture);
  }

  void write_segments(const HostValues& embedding) const {
    const std::vector<std::int32_t> ids = context_.params.segments(embedding);
    const data::SegmentMap segments{static_cast<int>(embedding.shape[1]),
                                    static_cast<int>(embedding.shape[2]), ids};
    const data::Image picture = data::read_photograph(files_.image, files_.reading, nullptr);
    write(data::segment_overlay(picture, segments), kSegmentFolder);
  }

  void make_entry(const Features& features, const data::Image& colours) {
    entry_.caption = files_.name;
    entry_.tiles = {data::read_photograph(files_.image, files_.reading, nullptr)};
    const int size = context_.params.size;
    if (looks_at_modality())
      entry_.tiles.push_back(files_.modality.empty()
                                 ? data::Image(size, size, 3)
                                 : data::read_modality(files_.modality, files_.reading, nullptr));
    entry_.tiles.push_back(data::to_uint8_truncated(features.maps.front().map));
    entry_.tiles.push_back(colours);
  }

  data::SampleFiles files_;
  const bool on_sheet_;
  const FeatureContext& context_;
  data::SheetEntry entry_;
};

}  // namespace

std::vector<std::string> feature_sheet_titles(const NetworkFacts& network, data::Task task) {
  constexpr std::array<const char*, data::kModalities> kNames{"depth", "flow", "thermal"};
  const int modality = data::modality_index(task);
  std::vector<std::string> titles{"image"};
  if (network.needs_modality())
    titles.emplace_back(modality < 0 ? "modality" : kNames[static_cast<std::size_t>(modality)]);
  titles.insert(titles.end(), {"saliency", "embedding"});
  return titles;
}

FeatureResult write_features(Exec& exec, Network& network, const data::SampleList& list,
                             const FeatureParams& params) {
  SALIX_CHECK(!list.samples.empty(), "features: ", list.name, " has no samples");
  FeatureFunction function(network);
  FeatureResult result;
  data::Questions questions;
  const FeatureContext context{.function = function,
                               .network = network.facts(),
                               .params = params,
                               .questions = questions,
                               .result = result};
  InferenceItems items;
  for (std::size_t k = 0; k < list.samples.size(); ++k) {
    const bool on_sheet = k < static_cast<std::size_t>(std::max(params.sheet_images, 0));
    items.push_back(std::make_unique<FeatureItem>(list.samples[k], on_sheet, context));
  }
  try {
    run_inference(exec, function.function(), std::move(items), params.batch);
  } catch (const PassStopped&) {  // result.stopped says so
  }
  result.questions = questions.all();
  return result;
}

}  // namespace salix
