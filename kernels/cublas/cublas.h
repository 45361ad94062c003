// What all cuBLASLt kernels share: the handle and workspace size of an Exec, and errors as ours.
#pragma once

#include <cublasLt.h>

#include "engine/cuda/check.h"
#include "engine/exec.h"

namespace salix::kernels::cublas {

[[noreturn]] void throw_error(cublasStatus_t status, const char* call, const char* file, int line);

// A macro for the text of the call and its place.
#define SALIX_CUBLAS(call)                                                            \
  do {                                                                                \
    const cublasStatus_t salix_status = (call);                                       \
    if (salix_status != CUBLAS_STATUS_SUCCESS) {                                      \
      ::salix::kernels::cublas::throw_error(salix_status, #call, __FILE__, __LINE__); \
    }                                                                                 \
  } while (false)

// One per Exec: exec.extension<State>().
class State {
 public:
  explicit State(Exec& exec) {
    cuda_stream(exec);  // makes the Exec's device the current one, which the handle belongs to
    SALIX_CUBLAS(cublasLtCreate(&handle_));
  }
  ~State() { cublasLtDestroy(handle_); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  cublasLtHandle_t handle() const { return handle_; }

 private:
  cublasLtHandle_t handle_ = nullptr;
};

// The same for every call, so that the choice of algorithm never depends on free memory.
// 32 MiB is what cuBLAS itself takes on Hopper.
inline constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;

cudaDataType_t type_of(DType dtype);

}  // namespace salix::kernels::cublas
