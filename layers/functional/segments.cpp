#include "layers/functional/segments.h"

#include "engine/autograd/observer.h"
#include "engine/autograd/tape.h"

namespace salix {

Segments number_segments(const Tensor& clusters, const Tensor& semantic, const Tensor& instance,
                         const SegmentParams& params) {
  SALIX_CHECK(clusters.rank() == 3, "number_segments: the clusters must be [N,h,w]; got shape ",
              clusters.shape());
  Exec& exec = clusters.exec();
  const auto integers = [&](const Shape& shape) {
    return Tensor::empty(exec, shape, DType::kInt32);
  };
  const Shape grid = clusters.shape(), room{grid.numel()};
  Segments found{integers(grid), integers(grid), integers(grid),         integers(room),
                 integers(room), integers(room), integers({grid[0] + 1})};
  kernels::number_segments(exec,
                           {.clusters = clusters.view(),
                            .semantic = semantic.view(),
                            .instance = instance.view(),
                            .ids = found.ids.mutable_view(),
                            .pixel_semantic = found.pixel_semantic.mutable_view(),
                            .pixel_instance = found.pixel_instance.mutable_view(),
                            .segment_semantic = found.semantic.mutable_view(),
                            .segment_instance = found.instance.mutable_view(),
                            .image = found.image.mutable_view(),
                            .bounds = found.bounds.mutable_view()},
                           params);
  observed("number_segments", found.ids);
  return found;
}

Tensor segment_prototypes(const Tensor& rows, const Segments& segments) {
  SALIX_CHECK(rows.rank() == 4, "segment_prototypes: the rows must be [N,h,w,C]; got shape ",
              rows.shape());
  Exec& exec = rows.exec();
  Tensor prototypes = Tensor::empty(exec, {segments.ids.numel(), rows.dim(3)}, rows.dtype());
  Tensor norms = Tensor::empty(exec, {segments.ids.numel()}, rows.dtype());
  kernels::segment_prototypes(exec, {.rows = rows.view(),
                                     .ids = segments.ids.view(),
                                     .bounds = segments.bounds.view(),
                                     .prototypes = prototypes.mutable_view(),
                                     .norms = norms.mutable_view()});

  // Through the normalisation to the sum, and from there the same to each row of the segment.
  record("segment_prototypes", {rows}, prototypes,
         [shape = rows.shape(), norms, ids = segments.ids, bounds = segments.bounds,
          prototypes = prototypes.detach()](const Tensor& dprototypes) {
           Tensor drows = Tensor::empty(norms.exec(), shape, norms.dtype());
           kernels::segment_prototypes_backward(norms.exec(), {.dprototypes = dprototypes.view(),
                                                               .prototypes = prototypes.view(),
                                                               .norms = norms.view(),
                                                               .ids = ids.view(),
                                                               .bounds = bounds.view(),
                                                               .drows = drows.mutable_view()});
           return std::vector{drows};
         });
  return prototypes;
}

}  // namespace salix
