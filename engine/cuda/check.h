// Checks around CUDA: every call, and every kernel launch.
#pragma once

#include <cuda_runtime.h>

#include "engine/exec.h"

namespace salix {

// Throws CudaError with the error's name and text, the call, file and line.
void cuda_check(cudaError_t code, const char* call, const char* file, int line);

// Right after a launch: throws CudaError when it was refused. With SALIX_SYNC=1 in the
// environment it also waits, so that a fault is reported at its own kernel and not later;
// not inside a graph capture, where waiting is not allowed. `kernel` names it in the error.
void cuda_check_launch(cudaStream_t stream, const void* kernel = nullptr);
void cuda_check_launch(Exec& exec);

// The Exec's stream; also makes its device this thread's current one, which work on the
// stream needs.
cudaStream_t cuda_stream(Exec& exec);

}  // namespace salix

// A macro for the text of the call.
#define SALIX_CUDA_CHECK(call) ::salix::cuda_check((call), #call, __FILE__, __LINE__)
