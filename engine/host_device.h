// Marks formulas that the CPU reference and the CUDA kernels share.
#pragma once

#ifdef __CUDACC__
#define SALIX_HOST_DEVICE __host__ __device__
#else
#define SALIX_HOST_DEVICE
#endif
