// How a classifier is scored: whether the right class is the first, or among the first five, and
// the cross entropy.
#pragma once

#include <cstdint>
#include <span>

namespace salix {

// The place of class `label` among the scores, from 0: how many are higher, or as high and before
// it. The number of classes for a score that is not a number. Errors    InvalidInput for a label
// that is none of them.
int rank_of(std::span<const float> scores, int label);

// log(sum of exp(scores)) - scores[label], in float64. Errors as above.
double class_cross_entropy(std::span<const float> scores, int label);

struct ClassScores {
  std::int64_t images = 0;
  double top1 = 0, top5 = 0;   // shares of the images
  double loss = 0;             // mean over the images
  double loss_of_batches = 0;  // mean of the means of batches, whatever the size of the last one
};

// The scores of a set of pictures, one after the other.
class ClassTally {
 public:
  // `batch`: images per batch of loss_of_batches.
  explicit ClassTally(int batch);
  void add(int rank, double loss);
  // Zeros without an image.
  ClassScores scores() const;

 private:
  int batch_;
  std::int64_t images_ = 0, first_ = 0, among_five_ = 0, batches_ = 0;
  double loss_ = 0, batch_loss_ = 0, batch_means_ = 0;
};

}  // namespace salix
