#include "kernels/common/pool_checks.h"

#include "kernels/common/checks.h"
#include "kernels/common/pool_window.h"

namespace salix::kernels {

void check_pool_maps(const char* op, const ConstView& in_map, const ConstView& out_map) {
  check_rank(op, "the input map", in_map, 4);
  check_rank(op, "the output map", out_map, 4);
  SALIX_CHECK(in_map.numel() > 0 && out_map.numel() > 0, op, ": all sizes must be positive; got ",
              in_map.shape, " and ", out_map.shape);
  check_shape(op, "the output map", out_map,
              {in_map.dim(0), out_map.dim(1), out_map.dim(2), in_map.dim(3)});
  check_same_dtype(op, "input", in_map, "output", out_map);
  check_no_overlap(op, "input", in_map, "output", out_map);
}

namespace {

void check_axis(const char* op, std::int64_t size, int kernel, int stride, int padding) {
  SALIX_CHECK(kernel > 0 && stride > 0, op, ": kernel and stride must be positive; got ", kernel,
              " and ", stride);
  SALIX_CHECK(padding >= 0 && padding <= kernel / 2, op,
              ": padding must be between 0 and half the kernel; got ", padding, " for a kernel of ",
              kernel);
  SALIX_CHECK(size > 0 && size + 2 * padding >= kernel, op,
              ": the window must fit the padded map; got a kernel of ", kernel, " and padding of ",
              padding, " for a size of ", size);
}

}  // namespace

Shape strided_pool_output_shape(const char* op, const Shape& in_shape, Size2 kernel, Size2 stride,
                                Size2 padding) {
  check_axis(op, in_shape.dim(1), kernel.h, stride.h, padding.h);
  check_axis(op, in_shape.dim(2), kernel.w, stride.w, padding.w);
  return {
      in_shape.dim(0), strided_pool_axis(in_shape.dim(1), kernel.h, stride.h, padding.h).out_size,
      strided_pool_axis(in_shape.dim(2), kernel.w, stride.w, padding.w).out_size, in_shape.dim(3)};
}

void check_strided_pool(const char* op, const ConstView& in_map, const ConstView& out_map,
                        Size2 kernel, Size2 stride, Size2 padding) {
  check_pool_maps(op, in_map, out_map);
  check_shape(op, "the output map", out_map,
              strided_pool_output_shape(op, in_map.shape, kernel, stride, padding));
}

void check_pool_index(const char* op, const ConstView& index, const ConstView& out_map) {
  check_dtype(op, "index", index, DType::kInt32);
  check_same_shape(op, "index", index, "the output map", out_map);
}

}  // namespace salix::kernels
