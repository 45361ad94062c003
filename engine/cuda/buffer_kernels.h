// The buffer primitives of the CUDA backend, as kernels; their meaning is engine/backend.h's.
#pragma once

#include <cstdint>

#include "engine/cuda/launch_stream.h"
#include "engine/dtype.h"

namespace salix::cuda {

void fill_buffer(const LaunchStream& stream, void* to, std::int64_t count, DType dtype,
                 double value);
void convert_buffer(const LaunchStream& stream, const void* from, DType from_dtype, void* to,
                    DType to_dtype, std::int64_t count);
void accumulate_buffer(const LaunchStream& stream, const void* from, void* to, std::int64_t count,
                       DType dtype);

}  // namespace salix::cuda

// The same source, compiled for the host: what the tests compare with the host backend.
namespace salix::simt {

decltype(cuda::fill_buffer) fill_buffer;
decltype(cuda::convert_buffer) convert_buffer;
decltype(cuda::accumulate_buffer) accumulate_buffer;

}  // namespace salix::simt
