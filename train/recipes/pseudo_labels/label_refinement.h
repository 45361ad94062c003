// Online label refinement (the original's --olr): from its second epoch on, stage 2 replaces the
// pseudo labels it learns from by its own predictions.
#pragma once

#include <filesystem>
#include <vector>

#include "data/image/image.h"
#include "data/sets/dataset.h"
#include "engine/tensor.h"

namespace salix {

enum class RefinementRule {
  kReplace,  // as A2S-v2 does
  kBlend     // as its predecessor A2S does
};

struct RefinementParams {
  RefinementRule rule = RefinementRule::kReplace;
  double residual = 0.4;   // lambda, 0..1 (--resdual)
  int first_epoch = 2;     // the first one whose predictions become labels
  std::uint64_t seed = 0;  // of the loader: says which samples are mirrored in an epoch
};

// The new label of one sample, 8-bit grey.
// prediction  probabilities, mirrored back; old: the label that this epoch learns from.
// kReplace    round((1 - lambda) q 255), half to even, at the prediction's size. The old label
//             has no part in it; and as masks are stretched to 0..1 when they are read, the
//             factor merely coarsens the levels.
// kBlend      round((lambda p + (1 - lambda) q) 255), p the old label / 255, at its size; q is
//             resized to it (bilinear, half-pixel centres).
data::Image refined_label(const data::FloatMap& prediction, const data::Image& old,
                          const RefinementParams& params);

// Every label has a file per epoch that wrote it, and is never written over:
//
//   <folder>/<letter>/<set>/<name>.<ext>             a copy of the pseudo label
//   <folder>/epoch_<e>/<letter>/<set>/<name>.png     what epoch e made of it
//
// Epoch e reads the newest label that an epoch before e wrote. So a reader and a writer never
// meet in one file, whatever is prefetched. And a run that is resumed anywhere in epoch e, from
// an older checkpoint too, reads what it read the first time: labels of epoch e and later are
// not looked at, and are made again with the same content.
class LabelRefinement {
 public:
  // Copies the masks of `samples` into `folder` unless it exists already; killed meanwhile, there
  // is no folder, and the next start copies anew. The files of `samples` are only read.
  // Errors    InvalidInput for a sample without mask, two samples with one name in a set, or
  //           residual outside 0..1; IoError that names the file.
  LabelRefinement(std::filesystem::path folder, std::vector<data::SampleFiles> samples,
                  const RefinementParams& params = {});

  // The file that holds the label of a sample in an epoch (from 1). For SaliencyFields::mask_file;
  // any thread may call.
  std::filesystem::path label(std::int64_t sample, std::int64_t epoch) const;

  // Makes labels of what was predicted for `samples` in `epoch`, probabilities [N,h,w,1]. Nothing
  // happens before first_epoch. Each file appears whole or not at all; they are written in
  // parallel.
  void after_step(const std::vector<std::int64_t>& samples, std::int64_t epoch,
                  const Tensor& probabilities) const;

 private:
  std::filesystem::path start_file(const data::SampleFiles& sample) const;
  std::filesystem::path epoch_file(const data::SampleFiles& sample, std::int64_t epoch) const;
  void copy_labels() const;

  std::filesystem::path folder_;
  std::vector<data::SampleFiles> samples_;
  RefinementParams params_;
};

}  // namespace salix
