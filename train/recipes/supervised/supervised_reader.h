// The reader of the supervised recipe: image, label and modality, cut and mirrored alike.
#pragma once

#include <string>

#include "data/loading/sample_reader.h"
#include "train/recipes/supervised/supervised_sample.h"

namespace salix {

struct SupervisedFields {
  int size = 320;             // S
  std::string modality = {};  // "prior_d": the field that the sample's modality fills; empty: none
  LabelKind labels = LabelKind::kMask;
  bool crop = true;
  data::Resampling resampling = data::Resampling::kBicubic;
};

// "image" [S,S,3] normalised, "mask" [S,S,1], and the modality [S,S,3], as load_supervised_sample()
// makes them.
class SupervisedReader : public data::SampleReader {
 public:
  explicit SupervisedReader(SupervisedFields wanted) : wanted_(std::move(wanted)) {}
  std::vector<data::Field> fields() const override;
  void read(const data::SampleFiles& files, const data::SampleRequest& request,
            const std::vector<std::span<float>>& out) const override;

 private:
  SupervisedFields wanted_;
};

}  // namespace salix
