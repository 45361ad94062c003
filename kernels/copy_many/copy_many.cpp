#include "kernels/copy_many/copy_many.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::copy_many) copy_many;
}
namespace simt {
decltype(kernels::copy_many) copy_many;
}
namespace cuda {
decltype(kernels::copy_many) copy_many;
}

void copy_many(Exec& exec, ConstView table, ConstView only_if) {
  check_rank("copy_many", "table", table, 2);
  check_shape("copy_many", "table", table,
              {table.dim(0), static_cast<std::int64_t>(sizeof(CopyEntry))});
  check_dtype("copy_many", "table", table, DType::kUInt8);
  if (!only_if.empty()) {
    check_shape("copy_many", "only_if", only_if, {});
    check_dtype("copy_many", "only_if", only_if, DType::kFloat32);
  }
  run_on_device("copy_many", exec,
                Implementations{cpu::copy_many, simt::copy_many, SALIX_CUDA(cuda::copy_many)},
                table, only_if);
}

}  // namespace salix::kernels
