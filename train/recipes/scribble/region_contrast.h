// The hypersphere regularization of DHFR (called SegSort in SPML): pixels are clustered into
// segments, and each pixel is drawn to segments of its class and pushed away from the others.
#pragma once

#include "engine/tensor.h"
#include "layers/functional/segments.h"
#include "train/recipes/scribble/memory_bank.h"

namespace salix {

struct RegionContrastParams {
  // kappa, how sharply directions are told apart: of the loss on annotated classes, and of that
  // inside an image.
  float annotation_concentration = 6;
  float image_concentration = 16;
  float margin = 0.5;  // taken off the cosine to those of the same class
  double annotation_weight = 1;
  double image_weight = 0.1;
  int memory = 2;            // iterations whose prototypes are remembered
  int clusters = 6;          // along each side of the grid that k-means starts from
  int iterations = 10;       // of k-means
  int label_divisor = 2048;  // combined label = semantic * divisor + instance
  // As the published code: sum over the own class minus the own term, in float32; it cancels where
  // the own term dominates. The default adds up the others.
  bool published_sums = false;
};

// Classes 0 and 1 are annotated; 2 and above are unknown and take no part in `annotation`.
class RegionContrast {
 public:
  explicit RegionContrast(Exec& exec, const RegionContrastParams& params = {});

  struct Losses {
    Tensor annotation;  // sem_ann: over the batch, both branches and the memory, by semantic label
    Tensor image;       // img_sim: inside each image of each branch, by instance label
  };
  // Both weighted, of one element, differentiable in both embeddings. `annotation` is 0 with zero
  // gradient where no pixel is annotated.
  //   embedding, embedding_aug [N,h,w,C]: float32, or bfloat16 under autocast, which is widened.
  //   semantic, instance [N,H,W,1] float32: whole numbers in [0,255] and [0,label_divisor), looked
  //   up by nearest neighbour (pixel floor(i H / h)).
  // Nothing is read back from the device.
  Losses losses(const Tensor& embedding, const Tensor& embedding_aug, const Tensor& semantic,
                const Tensor& instance);

  // How pure the neighbourhoods are: of the 5 nearest prototypes of each prototype (itself one of
  // them), unknown ones and the memory included, the share of its own label. Of what the last
  // losses() compared; one element, off the tape, computed by this very call.
  Tensor accuracy() const;

  // After the update: the last prototypes enter the memory, unless `frozen` [] is not 0 on the
  // device (TrainingStep::after_update). Over several ranks, those of all ranks.
  void remember(const Tensor& frozen);
  MemoryBank& bank() { return bank_; }

  // The last clustering of the plain branch, [N,h,w] int32: numbers of segments, and of clusters.
  Tensor segment_ids() const;
  Tensor clusters() const;
  // The same of both branches, [2N,h,w] and per segment: plain images first.
  const Segments& segments() const { return segments_; }
  const Tensor& prototypes() const { return prototypes_; }  // [2 N h w, C], zeros behind the last

 private:
  RegionContrastParams params_;
  MemoryBank bank_;
  // Of the last losses(); off the tape.
  Segments segments_;
  Tensor clusters_, prototypes_, memory_, memory_labels_, memory_bounds_;
};

}  // namespace salix
