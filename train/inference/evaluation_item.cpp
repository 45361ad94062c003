#include "train/inference/evaluation_item.h"

#include <algorithm>

#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "data/image/resize_opencv.h"
#include "data/loading/training_sample.h"
#include "train/crf/crf_label.h"
#include "train/inference/inference_pass.h"
#include "train/inference/network_input.h"

namespace salix {
namespace {

// No batch reaches over a multiple of this place in the list.
constexpr std::size_t kBatchesWithin = 16;

}  // namespace

EvaluationItem::EvaluationItem(const data::SampleFiles& files, std::size_t place,
                               bool reads_modality, const EvaluationParams& params,
                               EvaluationTally& tally)
    : files_(files), reads_modality_(reads_modality), params_(params), tally_(tally) {
  if (place % kBatchesWithin == 0) batching = Batching::kBegin;
}

void EvaluationItem::read() {
  data::SampleFiles files = files_;
  if (!reads_modality_) files.modality.clear();
  data::TestSample sample =
      data::load_test_sample(files, params_.size, &tally_.questions, params_.resampling);
  image = square_input(std::move(sample.image), params_.size);
  if (!sample.modality.empty()) {
    modality = square_input(std::move(sample.modality), params_.size);
  }
  truth_ = std::move(sample.truth);
  height_ = sample.height;
  width_ = sample.width;
}

bool EvaluationItem::at_network_size() const {
  return params_.scored_at == ScoredAt::kNetwork && !params_.crf;
}

data::FloatMap EvaluationItem::final_map(Exec& host) const {
  if (at_network_size()) return map;
  if (!params_.crf) return at_image_size(map, height_, width_);
  const data::Image label = crf_label(host, map, image.values);
  const data::Image resized = data::resize_bilinear_opencv(label, height_, width_);
  data::FloatMap refined(height_, width_);
  std::copy(resized.pixels.begin(), resized.pixels.end(), refined.values.begin());
  return refined;
}

ImageScores EvaluationItem::scores_of(const data::FloatMap& final) const {
  return at_network_size() ? score_at_map_size(final, truth_)
                           : score_image(final, binary_truth(truth_));
}

void EvaluationItem::finish(Exec& host) {
  const data::FloatMap final = final_map(host);
  if (params_.score && !truth_.empty()) {
    scores_ = std::make_unique<ImageScores>(scores_of(final));
  }
  truth_ = {};
  if (params_.maps.empty()) return;
  const std::filesystem::path file = params_.maps / (files_.name + ".png");
  std::filesystem::create_directories(file.parent_path());
  data::write_image(file, data::to_uint8_truncated(final));
  saved_ = true;
}

void EvaluationItem::report() {
  EvaluationResult& result = tally_.result;
  ++result.images;
  result.saved += saved_ ? 1 : 0;
  if (scores_) {  // even where the map could then not be written
    tally_.scores.add(*scores_);
    result.scored.images.push_back({files_.name, *scores_});
  }
  if (failure) {
    result.failed.push_back(files_.name);
    if (params_.on_failure) params_.on_failure(failure_text());
  }
  if (params_.on_progress) params_.on_progress(1);
  if (params_.stop) result.stopped = params_.stop();
  if (result.stopped != 0) throw PassStopped("evaluate: stopped");
}

}  // namespace salix
