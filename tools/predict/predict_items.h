// The inputs of `salix predict` on their way through the network.
#pragma once

#include <optional>

#include "data/meaning/questions.h"
#include "models/network.h"
#include "tools/predict/predict_files.h"
#include "tools/predict/predict_results.h"
#include "train/inference/inference_item.h"

namespace salix::cli {

// What all inputs share.
struct PredictContext {
  const PredictRequest& request;
  data::Reading reading;
  const NetworkFacts& network;
  ModalityFiles modality;
  std::size_t jobs;
  PredictResults& results;
  data::Questions& questions;  // about the inputs

  bool needs_modality() const { return network.needs_modality(); }
};

// A photograph: its map at its own size, and what else was asked for.
class PictureItem final : public InferenceItem {
 public:
  PictureItem(const PredictContext& context, const PredictJob& job);
  void read() override;
  void finish(Exec& host) override;
  void report() override;

 private:
  std::filesystem::path result(const char* ending) const;

  const PredictContext& context_;
  const PredictJob& job_;
  data::Image picture_;
  std::optional<data::SheetEntry> entry_;
};

// A normalised batch [N,3,H,W] in the world's order, and its modality [N,3,H,W] in 0..1: the
// logits [N,1,h,w].
class ArrayItem final : public InferenceItem {
 public:
  ArrayItem(const PredictContext& context, const PredictJob& job);
  void read() override;
  void finish(Exec& host) override;
  void report() override;

 private:
  const PredictContext& context_;
  const PredictJob& job_;
};

}  // namespace salix::cli
