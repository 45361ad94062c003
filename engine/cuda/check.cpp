#include "engine/cuda/check.h"

#include <cstdlib>
#include <cstring>

#include "engine/error.h"

namespace salix {
namespace {

bool synchronous_launches() {
  static const bool wanted = [] {
    const char* text = std::getenv("SALIX_SYNC");
    return text != nullptr && std::strcmp(text, "0") != 0 && *text != '\0';
  }();
  return wanted;
}

std::string kernel_name(const void* kernel) {
  const char* name = nullptr;
  if (kernel == nullptr || cudaFuncGetName(&name, kernel) != cudaSuccess) return "a kernel";
  return str("kernel ", name);
}

}  // namespace

void cuda_check(cudaError_t code, const char* call, const char* file, int line) {
  if (code == cudaSuccess) return;
  cudaGetLastError();  // an error that can be cleared must not be reported again elsewhere
  throw CudaError(str("cuda: ", call, " failed: ", cudaGetErrorName(code), " (",
                      static_cast<int>(code), "), ", cudaGetErrorString(code), " (", file, ":",
                      line, ")"));
}

void cuda_check_launch(cudaStream_t stream, const void* kernel) {
  cudaError_t code = cudaGetLastError();
  const char* what = " could not be launched: ";
  if (code == cudaSuccess && synchronous_launches()) {
    cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
    code = cudaStreamIsCapturing(stream, &capture);
    if (code == cudaSuccess && capture == cudaStreamCaptureStatusNone) {
      code = cudaStreamSynchronize(stream);
      what = " failed: ";
    }
  }
  if (code == cudaSuccess) return;
  const char* hint =
      synchronous_launches() ? "" : "; set SALIX_SYNC=1 to find the first kernel that fails";
  throw CudaError(str("cuda: ", kernel_name(kernel), what, cudaGetErrorName(code), " (",
                      static_cast<int>(code), "), ", cudaGetErrorString(code), hint));
}

void cuda_check_launch(Exec& exec) { cuda_check_launch(cuda_stream(exec)); }

cudaStream_t cuda_stream(Exec& exec) {
  int current = -1;
  SALIX_CUDA_CHECK(cudaGetDevice(&current));
  if (current != exec.device().index) SALIX_CUDA_CHECK(cudaSetDevice(exec.device().index));
  return static_cast<cudaStream_t>(exec.backend().stream());
}

}  // namespace salix
