// Pictures of known classes through a classifier, by the published protocol of ImageNet.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/sets/class_folders.h"
#include "models/network.h"
#include "train/metrics/top_k.h"

namespace salix {

// Of the loss's published mean: 1.5 times the 64 images that one process trains with.
constexpr int kPublishedBatch = 96;

struct ClassificationParams {
  int batch = 16;                         // images per pass
  std::function<void()> on_picture = {};  // after each
  std::function<void(const std::string& sentence)> on_failure = {};
  std::function<int()> stop = {};  // asked after each: not 0 ends the pass
};

struct ClassificationResult {
  ClassScores scores;               // of the pictures that could be read
  std::vector<std::string> failed;  // files
  int stopped = 0;
};

// The network is in eval mode. A picture that cannot be read is reported and left out; the others
// go on. Callbacks come in the pictures' order, on the calling thread. The scores do not depend on
// the number of threads. loss_of_batches is of kPublishedBatch images, whatever `batch` is. Errors
// InvalidInput for no picture, and for a network that is no classifier.
ClassificationResult classify(Exec& exec, Network& network,
                              const std::vector<data::ClassPicture>& pictures,
                              const ClassificationParams& params);

}  // namespace salix
