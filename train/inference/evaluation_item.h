// A sample of a data set on its way: read, refined, scored, saved.
#pragma once

#include <memory>

#include "train/inference/evaluation.h"
#include "train/inference/inference_item.h"

namespace salix {

// What the samples of a list add to, in their order.
struct EvaluationTally {
  EvaluationResult result;
  SetScores scores;
  data::Questions questions;
};

class EvaluationItem final : public InferenceItem {
 public:
  // All but `place` must outlive this. `place`: in the list, from 0.
  EvaluationItem(const data::SampleFiles& files, std::size_t place, bool reads_modality,
                 const EvaluationParams& params, EvaluationTally& tally);

  void read() override;
  void finish(Exec& host) override;
  void report() override;

 private:
  bool at_network_size() const;
  data::FloatMap final_map(Exec& host) const;
  ImageScores scores_of(const data::FloatMap& final) const;

  const data::SampleFiles& files_;
  const bool reads_modality_;
  const EvaluationParams& params_;
  EvaluationTally& tally_;
  data::Image truth_;           // empty: not scored
  int height_ = 0, width_ = 0;  // of the map as it is scored and written
  std::unique_ptr<ImageScores> scores_;
  bool saved_ = false;
};

}  // namespace salix
