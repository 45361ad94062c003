#include "train/recipes/supervised/multi_scale.h"

#include <vector>

#include "engine/autograd/tape.h"
#include "engine/philox.h"
#include "layers/functional/gather.h"
#include "layers/functional/permute.h"
#include "layers/functional/resize_bilinear.h"

namespace salix {
namespace {

constexpr int kStep = 64, kSizes = 5;

void check_map(const Tensor& map, int side) {
  SALIX_CHECK(map.rank() == 4 && side > 0, "multi-scale: needs [N,H,W,C] and a positive side; got ",
              map.shape(), " and ", side);
}

}  // namespace

int draw_batch_size(int size, std::uint64_t seed, std::int64_t iteration) {
  SALIX_CHECK(size > kStep * (kSizes / 2) && iteration >= 0 && iteration <= 0xFFFFFFFF,
              "multi-scale: the size must be above ", kStep * (kSizes / 2),
              " and the iteration 0 to 2^32 - 1; got ", size, " and ", iteration);
  const PhiloxKey key{seed, kBatchSizeStream, static_cast<std::uint32_t>(iteration)};
  const std::uint64_t scaled = std::uint64_t{philox_bits(key, 0)} * kSizes;
  return size + kStep * (static_cast<int>(scaled >> 32) - kSizes / 2);
}

Tensor MultiScale::image(const Tensor& image, int side) const {
  check_map(image, side);
  if (image.dim(1) == side && image.dim(2) == side) return image;
  return resize_bilinear(image, side, side, {.align_corners = true});
}

Tensor MultiScale::label(const Tensor& label, int side) {
  check_map(label, side);
  if (label.dim(1) == side && label.dim(2) == side) return label;
  const NoGrad no_grad(label.exec());
  // A look-up picks entries of the first axis: rows first, then columns.
  const Tensor rows = gather(permute(label, {1, 0, 2, 3}),  // [H,N,W,C]
                             sources(label.exec(), label.dim(1), side));
  const Tensor columns = gather(permute(rows, {2, 1, 0, 3}),  // [W,N,side,C]
                                sources(label.exec(), label.dim(2), side));
  return permute(columns, {1, 2, 0, 3});
}

const Tensor& MultiScale::sources(Exec& exec, std::int64_t in_size, std::int64_t out_size) {
  Tensor& table = sources_[{in_size, out_size}];
  if (!table.defined()) {
    std::vector<std::int32_t> rows;
    for (std::int64_t i = 0; i < out_size; ++i) {
      rows.push_back(static_cast<std::int32_t>(i * in_size / out_size));
    }
    table = Tensor::from_host(exec, rows, {out_size});
  }
  return table;
}

}  // namespace salix
