#include "train/metrics/top_k.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"

namespace salix {
namespace {

std::size_t checked(const char* op, std::span<const float> scores, int label) {
  SALIX_CHECK(label >= 0 && static_cast<std::size_t>(label) < scores.size(), op,
              ": the label must be one of the ", scores.size(), " classes, from 0; got ", label);
  return static_cast<std::size_t>(label);
}

}  // namespace

int rank_of(std::span<const float> scores, int label) {
  const std::size_t own = checked("rank_of", scores, label);
  if (std::isnan(scores[own])) return static_cast<int>(scores.size());
  int rank = 0;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    rank += scores[k] > scores[own] || (scores[k] == scores[own] && k < own) ? 1 : 0;
  }
  return rank;
}

double class_cross_entropy(std::span<const float> scores, int label) {
  const std::size_t own = checked("class_cross_entropy", scores, label);
  const double highest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const float score : scores) sum += std::exp(score - highest);
  return highest + std::log(sum) - scores[own];
}

ClassTally::ClassTally(int batch) : batch_(batch) {
  SALIX_CHECK(batch > 0, "ClassTally: a batch must have images; got ", batch);
}

void ClassTally::add(int rank, double loss) {
  ++images_;
  first_ += rank < 1 ? 1 : 0;
  among_five_ += rank < 5 ? 1 : 0;
  loss_ += loss;
  batch_loss_ += loss;
  if (images_ % batch_ != 0) return;
  ++batches_;
  batch_means_ += batch_loss_ / batch_;
  batch_loss_ = 0;
}

ClassScores ClassTally::scores() const {
  if (images_ == 0) return {};
  const auto images = static_cast<double>(images_);
  const auto rest = static_cast<double>(images_ % batch_);
  const double means = rest > 0 ? batch_means_ + batch_loss_ / rest : batch_means_;
  const auto batches = static_cast<double>(rest > 0 ? batches_ + 1 : batches_);
  return {.images = images_,
          .top1 = static_cast<double>(first_) / images,
          .top5 = static_cast<double>(among_five_) / images,
          .loss = loss_ / images,
          .loss_of_batches = means / batches};
}

}  // namespace salix
