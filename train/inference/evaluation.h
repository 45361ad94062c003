// Predicts, refines, scores and saves whole data sets: what runs after an epoch and in
// `salix test`. The per-image procedure is that of A2S-v2's test program, or of DHFR's.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/image/resampling.h"
#include "data/sets/dataset.h"
#include "train/inference/saliency_function.h"
#include "train/metrics/score_files.h"

namespace salix {

// At which size maps are scored and saved.
enum class ScoredAt {
  kTruth,   // the truth's own, as A2S-v2 does: score_image()
  kNetwork  // the map's, to which the truth is resized, as DHFR does: score_at_map_size()
};

struct EvaluationParams {
  int size = 320;  // network input, whatever the image's shape
  data::Resampling resampling = data::Resampling::kBicubic;  // how images become that large
  ScoredAt scored_at = ScoredAt::kTruth;                     // `crf` needs the truth's
  int batch = 1;                                             // images per pass, at most 16
  bool crf = false;                                          // Otsu, dense CRF, median: 0/1 maps
  std::filesystem::path maps = {};  // <maps>/<name>.png of every sample; empty: nothing is saved
  bool score = true;                // samples without a mask are never scored
  std::function<void(std::int64_t images)> on_progress = {};  // images done since the last call
  std::function<void(const std::string& sentence)> on_failure =
      {};  // a sample that could not be done
  // Asked after every sample: not 0 ends the pass, and is what EvaluationResult::stopped becomes.
  std::function<int()> stop = {};
};

struct EvaluationResult {
  ScoredSet scored;  // named like the list; without images when none has a mask
  std::int64_t images = 0, saved = 0;
  std::vector<std::string> failed;  // names
  int stopped = 0;  // not 0: the pass was ended early, and what is here is of the samples before
};

// The whole list, by run_inference(). A sample that cannot be read or written is reported and left
// out; the others go on. Callbacks come in the list's order, on the calling thread. Results do not
// depend on the number of threads. A modality that the network does not look at is not read.
// Errors    InvalidInput for an empty list.
EvaluationResult evaluate(Exec& exec, const SaliencyFunction& network, const data::SampleList& list,
                          const EvaluationParams& params);

}  // namespace salix
