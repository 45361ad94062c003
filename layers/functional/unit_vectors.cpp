#include "layers/functional/unit_vectors.h"

#include "engine/autograd/tape.h"
#include "kernels/unit_vectors/unit_vectors.h"

namespace salix {
namespace {

// Images [first, first + count) of a map.
ConstView images_of(ConstView map, std::int64_t first, std::int64_t count) {
  const auto image_bytes = map.size_bytes() / static_cast<std::size_t>(map.dim(0));
  map.data =
      static_cast<const std::byte*>(map.data) + static_cast<std::size_t>(first) * image_bytes;
  map.shape = map.shape.with(0, count);
  return map;
}
View images_of(View map, std::int64_t first, std::int64_t count) {
  const ConstView part = images_of(ConstView(map), first, count);
  return {const_cast<void*>(part.data), part.shape, part.dtype};
}

}  // namespace

UnitVectors unit_vectors(const std::vector<Tensor>& maps) {
  SALIX_CHECK(!maps.empty() && maps[0].rank() == 4,
              "unit_vectors: needs one or more maps [N,h,w,C]");
  Exec& exec = maps[0].exec();
  std::int64_t images = 0;
  std::vector<Shape> shapes;
  for (const Tensor& map : maps) {
    SALIX_CHECK(map.rank() == 4 && map.shape().with(0, 1) == maps[0].shape().with(0, 1) &&
                    map.dtype() == maps[0].dtype(),
                "unit_vectors: the maps must be alike but for the number of images; got ",
                maps[0].shape(), " and ", map.shape());
    images += map.dim(0);
    shapes.push_back(map.shape());
  }
  const Shape all = maps[0].shape().with(0, images);
  std::vector<Tensor> results{Tensor::empty(exec, all, maps[0].dtype()),
                              Tensor::empty(exec, all.with(3, all[3] + 2), maps[0].dtype())};
  Tensor norms = Tensor::empty(exec, all.with(3, 2), maps[0].dtype());
  std::int64_t first = 0;
  for (const Tensor& map : maps) {
    const std::int64_t count = map.dim(0);
    kernels::unit_vectors(exec, {.x = map.view(),
                                 .unit = images_of(results[0].mutable_view(), first, count),
                                 .located = images_of(results[1].mutable_view(), first, count),
                                 .norms = images_of(norms.mutable_view(), first, count)});
    first += count;
  }

  record("unit_vectors", maps, results,
         [shapes, norms, unit = results[0].detach(),
          located = results[1].detach()](const std::vector<Tensor>& douts) {
           const auto part = [&](const Tensor& map, std::int64_t begin, std::int64_t count) {
             return map.defined() ? images_of(map.view(), begin, count) : ConstView{};
           };
           std::vector<Tensor> gradients;
           std::int64_t begin = 0;
           for (const Shape& shape : shapes) {
             Tensor dx = Tensor::empty(unit.exec(), shape, unit.dtype());
             kernels::unit_vectors_backward(unit.exec(),
                                            {.dunit = part(douts[0], begin, shape[0]),
                                             .dlocated = part(douts[1], begin, shape[0]),
                                             .unit = part(unit, begin, shape[0]),
                                             .located = part(located, begin, shape[0]),
                                             .norms = part(norms, begin, shape[0]),
                                             .dx = dx.mutable_view()});
             gradients.push_back(dx);
             begin += shape[0];
           }
           return gradients;
         });
  return {results[0], results[1]};
}

}  // namespace salix
