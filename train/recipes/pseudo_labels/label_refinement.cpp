#include "train/recipes/pseudo_labels/label_refinement.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>

#include "data/image/image_io.h"
#include "data/image/resize_opencv.h"
#include "data/loading/draws.h"
#include "engine/error.h"
#include "engine/parallel.h"

namespace salix {
namespace {

namespace fs = std::filesystem;

fs::path place_of(const data::SampleFiles& sample) {
  return fs::path(std::string(1, data::letter_of(sample.task))) / sample.set;
}

// One map of the batch, mirrored back.
data::FloatMap map_of(std::span<const float> values, int height, int width, bool flipped) {
  data::FloatMap map(height, width);
  std::copy(values.begin(), values.end(), map.values.begin());
  for (int i = 0; flipped && i < height; ++i) std::reverse(map.row(i), map.row(i) + width);
  return map;
}

std::uint8_t level(float value) {
  // The default rounding mode: half to even.
  return static_cast<std::uint8_t>(std::nearbyint(std::clamp(value, 0.0f, 1.0f) * 255.0f));
}

// With bad images skipped a sample may stand twice in a batch; its last place counts, as if they
// were written in order.
bool occurs_later(const std::vector<std::int64_t>& samples, std::size_t place) {
  return std::find(samples.begin() + static_cast<std::ptrdiff_t>(place) + 1, samples.end(),
                   samples[place]) != samples.end();
}

}  // namespace

data::Image refined_label(const data::FloatMap& prediction, const data::Image& old,
                          const RefinementParams& params) {
  const auto lambda = static_cast<float>(params.residual);
  const auto weight = static_cast<float>(1.0 - params.residual);
  if (params.rule == RefinementRule::kReplace) {
    data::Image label(prediction.height, prediction.width, 1);
    std::transform(prediction.values.begin(), prediction.values.end(), label.pixels.begin(),
                   [=](float q) { return level(weight * q); });
    return label;
  }
  const data::FloatMap resized = data::resize_bilinear_opencv(prediction, old.height, old.width);
  data::Image label(old.height, old.width, 1);
  std::transform(resized.values.begin(), resized.values.end(), old.pixels.begin(),
                 label.pixels.begin(), [=](float q, std::uint8_t p) {
                   return level(lambda * (static_cast<float>(p) / 255.0f) + weight * q);
                 });
  return label;
}

LabelRefinement::LabelRefinement(fs::path folder, std::vector<data::SampleFiles> samples,
                                 const RefinementParams& params)
    : folder_(std::move(folder)), samples_(std::move(samples)), params_(params) {
  SALIX_CHECK(params.residual >= 0 && params.residual <= 1,
              "label refinement: --resdual must be in 0..1; got ", params.residual);
  std::set<fs::path> names;
  for (const data::SampleFiles& sample : samples_) {
    SALIX_CHECK(!sample.mask.empty(), "label refinement: sample '", sample.name, "' of ",
                sample.set, " has no label to begin with");
    SALIX_CHECK(names.insert(place_of(sample) / sample.name).second,
                "label refinement: samples must have names of their own in a set; '", sample.name,
                "' of ", sample.set, " stands twice in the list");
  }
  if (!fs::exists(folder_)) copy_labels();
}

void LabelRefinement::copy_labels() const {
  const fs::path partial = folder_.string() + ".partial";
  try {
    fs::remove_all(partial);
    for (const data::SampleFiles& sample : samples_) {
      const fs::path copy = partial / start_file(sample).lexically_relative(folder_);
      fs::create_directories(copy.parent_path());
      fs::copy_file(sample.mask, copy);
    }
    fs::rename(partial, folder_);
  } catch (const fs::filesystem_error& error) {
    throw IoError(str("label refinement: the labels cannot be copied: ", error.what()));
  }
}

fs::path LabelRefinement::start_file(const data::SampleFiles& sample) const {
  return folder_ / place_of(sample) / (sample.name + sample.mask.extension().string());
}

fs::path LabelRefinement::epoch_file(const data::SampleFiles& sample, std::int64_t epoch) const {
  return folder_ / str("epoch_", epoch) / place_of(sample) / (sample.name + ".png");
}

fs::path LabelRefinement::label(std::int64_t sample, std::int64_t epoch) const {
  const data::SampleFiles& files = samples_.at(static_cast<std::size_t>(sample));
  for (std::int64_t before = epoch - 1; before >= params_.first_epoch; --before) {
    fs::path refined = epoch_file(files, before);
    if (fs::exists(refined)) return refined;
  }
  return start_file(files);
}

void LabelRefinement::after_step(const std::vector<std::int64_t>& samples, std::int64_t epoch,
                                 const Tensor& probabilities) const {
  if (epoch < params_.first_epoch) return;
  const auto count = static_cast<std::int64_t>(samples.size());
  SALIX_CHECK(
      probabilities.rank() == 4 && probabilities.dim(0) == count && probabilities.dim(3) == 1,
      "label refinement: probabilities must be [", count, ",h,w,1]; got ", probabilities.shape());
  const auto height = static_cast<int>(probabilities.dim(1));
  const auto width = static_cast<int>(probabilities.dim(2));
  const std::size_t pixels = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  const std::vector<float> values = probabilities.to_vector<float>();
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k) {
      if (occurs_later(samples, k)) continue;
      const std::int64_t sample = samples[k];
      const bool flipped = data::draw_flip(params_.seed, epoch, sample);
      const data::FloatMap prediction =
          map_of(std::span(values).subspan(k * pixels, pixels), height, width, flipped);
      const data::Image old = params_.rule == RefinementRule::kBlend
                                  ? data::read_grey(label(sample, epoch))
                                  : data::Image();
      const fs::path file = epoch_file(samples_[static_cast<std::size_t>(sample)], epoch);
      std::error_code said_below;  // a folder that cannot be made: by write_image
      fs::create_directories(file.parent_path(), said_below);
      data::write_image(file, refined_label(prediction, old, params_));
    }
  });
}

}  // namespace salix
