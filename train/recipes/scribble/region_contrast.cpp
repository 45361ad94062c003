#include "train/recipes/scribble/region_contrast.h"

#include "layers/functional/binary.h"
#include "layers/functional/segment_contrast.h"
#include "layers/functional/slice.h"
#include "layers/functional/spherical_kmeans.h"
#include "layers/functional/unit_vectors.h"

namespace salix {
namespace {

constexpr int kAnnotatedClasses = 2;  // background and foreground; above them: unknown

Tensor widened(const Tensor& embedding) {
  return embedding.dtype() == DType::kBFloat16 ? embedding.to(DType::kFloat32) : embedding;
}

void check_maps(const Tensor& embedding, const Tensor& embedding_aug, const Tensor& semantic,
                const Tensor& instance) {
  SALIX_CHECK(embedding.rank() == 4 && embedding.shape() == embedding_aug.shape(),
              "region contrast: both embeddings must be [N,h,w,C] of one shape; got ",
              embedding.shape(), " and ", embedding_aug.shape());
  SALIX_CHECK(semantic.rank() == 4 && semantic.dim(0) == embedding.dim(0) && semantic.dim(3) == 1 &&
                  semantic.shape() == instance.shape(),
              "region contrast: semantic and instance labels must be [N,H,W,1] for the ",
              embedding.dim(0), " images; got ", semantic.shape(), " and ", instance.shape());
}

}  // namespace

RegionContrast::RegionContrast(Exec& exec, const RegionContrastParams& params)
    : params_(params), bank_(exec, params.memory) {}

RegionContrast::Losses RegionContrast::losses(const Tensor& embedding, const Tensor& embedding_aug,
                                              const Tensor& semantic, const Tensor& instance) {
  check_maps(embedding, embedding_aug, semantic, instance);
  // Both branches are one batch of 2N images: numbers of aug segments then follow those of plain
  // ones, and each image is a group of its own whichever branch it is of.
  const UnitVectors vectors = unit_vectors({widened(embedding), widened(embedding_aug)});
  clusters_ = spherical_kmeans(vectors.located.detach(),
                               {.clusters = params_.clusters, .iterations = params_.iterations});
  segments_ = number_segments(
      clusters_, semantic, instance,
      {.clusters = params_.clusters * params_.clusters, .label_divisor = params_.label_divisor});
  const Tensor prototypes = segment_prototypes(vectors.unit, segments_);
  const Tensor located = segment_prototypes(vectors.located, segments_);
  prototypes_ = prototypes.detach();
  memory_ = bank_.prototypes();
  memory_labels_ = bank_.labels();
  memory_bounds_ = bank_.bounds();

  SegmentContrastParams params{.concentration = params_.annotation_concentration,
                               .margin = params_.margin,
                               .classes = kAnnotatedClasses,
                               .published_sums = params_.published_sums};
  const Tensor annotation =
      segment_contrast({vectors.unit, segments_.pixel_semantic, segments_.ids},
                       {prototypes, segments_.semantic, segments_.bounds},
                       {memory_, memory_labels_, memory_bounds_}, params);
  params.concentration = params_.image_concentration;
  params.classes = 0;
  params.groups = static_cast<int>(2 * embedding.dim(0));
  const Tensor image =
      segment_contrast({vectors.located, segments_.pixel_instance, segments_.ids},
                       {located, segments_.instance, segments_.bounds}, {}, params);
  // A mean over the images of each branch, and the branches added: twice the mean over both.
  return {annotation * params_.annotation_weight, image * (2 * params_.image_weight)};
}

Tensor RegionContrast::accuracy() const {
  SALIX_CHECK(prototypes_.defined(), "region contrast: accuracy() is that of the last losses()");
  return neighbour_accuracy({prototypes_, segments_.semantic, segments_.bounds},
                            {memory_, memory_labels_, memory_bounds_});
}

void RegionContrast::remember(const Tensor& frozen) {
  SALIX_CHECK(prototypes_.defined(), "region contrast: remember() follows losses()");
  bank_.push(prototypes_, segments_, frozen);
}

Tensor RegionContrast::segment_ids() const {
  return slice(segments_.ids, 0, 0, segments_.ids.dim(0) / 2);
}

Tensor RegionContrast::clusters() const { return slice(clusters_, 0, 0, clusters_.dim(0) / 2); }

}  // namespace salix
