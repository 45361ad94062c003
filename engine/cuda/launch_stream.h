// Where a kernel is queued, for code that has no Exec yet: the CUDA stream, or the number
// of OS threads that the simt device may use.
#pragma once

namespace salix {

struct LaunchStream {
  void* cuda_stream = nullptr;
  int threads = 1;
};

}  // namespace salix
