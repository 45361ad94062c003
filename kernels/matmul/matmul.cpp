#include "kernels/matmul/matmul.h"

#include <algorithm>

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {  // the plain reference
decltype(kernels::matmul) matmul;
}
namespace onednn {
decltype(kernels::matmul) matmul;
bool has_matmul(DType dtype);
}  // namespace onednn
namespace cuda {
decltype(kernels::matmul) matmul;
}

Shape matmul_output_shape(const Shape& a, const Shape& b, const MatmulParams& params) {
  SALIX_CHECK(a.rank() >= 2 && b.rank() >= 2,
              "matmul: a and b must have at least two axes; got shapes ", a, " and ", b);
  SALIX_CHECK(a.numel() > 0 && b.numel() > 0, "matmul: all sizes must be positive; got ", a,
              " and ", b);
  const bool shared_b = b.rank() == 2;
  SALIX_CHECK(shared_b || (a.rank() == b.rank() && std::equal(a.begin(), a.end() - 2, b.begin())),
              "matmul: b must have a's leading axes, or two axes; got ", a, " and ", b);
  SALIX_CHECK(!(shared_b && params.transpose_a && a.rank() > 2),
              "matmul: transpose_a with a batch needs a batch of b too; got ", a, " and ", b);
  const std::int64_t m = a.dim(params.transpose_a ? -1 : -2);
  const std::int64_t k = a.dim(params.transpose_a ? -2 : -1);
  const std::int64_t b_k = b.dim(params.transpose_b ? -1 : -2);
  const std::int64_t n = b.dim(params.transpose_b ? -2 : -1);
  SALIX_CHECK(k == b_k, "matmul: the inner sizes must be equal; got ", k, " and ", b_k,
              " from shapes ", a, params.transpose_a ? " transposed" : "", " and ", b,
              params.transpose_b ? " transposed" : "");
  return a.with(-2, m).with(-1, n);
}

MatmulSizes matmul_sizes(const Shape& a, const Shape& b, const MatmulParams& params) {
  const Shape y = matmul_output_shape(a, b, params);
  const std::int64_t m = y.dim(-2), n = y.dim(-1), k = a.dim(params.transpose_a ? -2 : -1);
  const std::int64_t batch = y.numel() / (m * n);
  return b.rank() == 2 ? MatmulSizes{1, batch * m, n, k} : MatmulSizes{batch, m, n, k};
}

void matmul(Exec& exec, ConstView a, ConstView b, ConstView bias, View y, MatmulParams params) {
  check_shape("matmul", "y", y, matmul_output_shape(a.shape, b.shape, params));
  check_same_dtype("matmul", "a", a, "b", b);
  check_same_dtype("matmul", "a", a, "y", y);
  check_no_overlap("matmul", "a", a, "y", y);
  check_no_overlap("matmul", "b", b, "y", y);
  if (!bias.empty()) {
    check_shape("matmul", "bias", bias, {y.dim(-1)});
    check_same_dtype("matmul", "bias", bias, "y", y);
  }
  const bool vendor = use_vendor_library(exec) && onednn::has_matmul(a.dtype);
  const auto host = vendor ? onednn::matmul : cpu::matmul;
  // There it stands for one call of the GPU's library.
  if (exec.device().kind == DeviceKind::kSimt) exec.backend().count_launch();
  run_on_device("matmul", exec, Implementations{host, host, SALIX_CUDA(cuda::matmul)}, a, b, bias,
                y, params);
}

}  // namespace salix::kernels
