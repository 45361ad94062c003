#include "kernels/cublas/cublas.h"

namespace salix::kernels::cublas {

void throw_error(cublasStatus_t status, const char* call, const char* file, int line) {
  throw LibraryError(str("cuBLASLt ", cublasLtGetVersion(), ": ", cublasLtGetStatusString(status),
                         " from ", call, " at ", file, ":", line));
}

cudaDataType_t type_of(DType dtype) {
  if (dtype == DType::kFloat32) return CUDA_R_32F;
  if (dtype == DType::kBFloat16) return CUDA_R_16BF;
  throw NotSupported(str("cuBLASLt: needs float32 or bfloat16; got ", dtype));
}

}  // namespace salix::kernels::cublas
