#include "layers/functional/segment_contrast.h"

#include "engine/autograd/observer.h"
#include "engine/autograd/tape.h"
#include "kernels/neighbour_accuracy/neighbour_accuracy.h"

namespace salix {
namespace {

ConstView view_of(const Tensor& tensor) { return tensor.defined() ? tensor.view() : ConstView{}; }

// [..,C] as [R,C], [..] as [R].
ConstView as_rows(ConstView view) {
  view.shape = {view.numel() / view.dim(-1), view.dim(-1)};
  return view;
}
ConstView as_list(ConstView view) {
  view.shape = {view.numel()};
  return view;
}
View as_rows(View view) {
  view.shape = as_rows(ConstView(view)).shape;
  return view;
}

}  // namespace

Tensor segment_contrast(const ContrastRows& rows, const PrototypeTable& prototypes,
                        const PrototypeTable& memory, const SegmentContrastParams& params) {
  SALIX_CHECK(rows.vectors.rank() >= 2, "segment_contrast: the rows must be [..,C]; got shape ",
              rows.vectors.shape());
  Exec& exec = rows.vectors.exec();
  const DType dtype = rows.vectors.dtype();
  Tensor loss = Tensor::empty(exec, Shape{}, dtype), counted = Tensor::empty(exec, Shape{}, dtype);
  Tensor row_slope, prototype_slope;
  if (wants_grad({rows.vectors, prototypes.vectors})) {
    row_slope = Tensor::empty(exec, rows.vectors.shape(), dtype);
    prototype_slope = Tensor::empty(exec, prototypes.vectors.shape(), dtype);
  }
  kernels::segment_contrast(
      exec,
      {.rows = as_rows(rows.vectors.view()),
       .row_class = as_list(rows.labels.view()),
       .own = as_list(rows.own.view()),
       .prototypes = prototypes.vectors.view(),
       .prototype_class = prototypes.labels.view(),
       .bounds = prototypes.bounds.view(),
       .memory = view_of(memory.vectors),
       .memory_class = view_of(memory.labels),
       .memory_bounds = view_of(memory.bounds),
       .loss = loss.mutable_view(),
       .counted = counted.mutable_view(),
       .row_slope = row_slope.defined() ? as_rows(row_slope.mutable_view()) : View{},
       .prototype_slope = row_slope.defined() ? prototype_slope.mutable_view() : View{}},
      params);

  // The forward has already found how each pair pulls; here it is only scaled.
  record("segment_contrast", {rows.vectors, prototypes.vectors}, loss,
         [row_slope, prototype_slope, counted](const Tensor& dloss) {
           Tensor drows = Tensor::empty(counted.exec(), row_slope.shape(), counted.dtype());
           Tensor dprototypes =
               Tensor::empty(counted.exec(), prototype_slope.shape(), counted.dtype());
           kernels::segment_contrast_backward(counted.exec(),
                                              {.dloss = dloss.view(),
                                               .counted = counted.view(),
                                               .row_slope = row_slope.view(),
                                               .prototype_slope = prototype_slope.view(),
                                               .drows = drows.mutable_view(),
                                               .dprototypes = dprototypes.mutable_view()});
           return std::vector{drows, dprototypes};
         });
  return loss;
}

Tensor neighbour_accuracy(const PrototypeTable& prototypes, const PrototypeTable& memory) {
  Exec& exec = prototypes.vectors.exec();
  Tensor accuracy = Tensor::empty(exec, Shape{}, prototypes.vectors.dtype());
  kernels::neighbour_accuracy(exec, {.prototypes = prototypes.vectors.view(),
                                     .labels = prototypes.labels.view(),
                                     .bounds = prototypes.bounds.view(),
                                     .memory = view_of(memory.vectors),
                                     .memory_labels = view_of(memory.labels),
                                     .memory_bounds = view_of(memory.bounds),
                                     .accuracy = accuracy.mutable_view()});
  return observed("neighbour_accuracy", accuracy);
}

}  // namespace salix
