#include "kernels/cudnn/cudnn.h"

namespace salix::kernels::cudnn {

void throw_error(cudnnStatus_t status, const char* call, const char* file, int line) {
  char detail[512] = "";
  cudnnGetLastErrorString(detail, sizeof detail);
  throw LibraryError(str("cuDNN ", cudnnGetVersion(), ": ", cudnnGetErrorString(status), " from ",
                         call, " at ", file, ":", line, *detail == '\0' ? "" : ": ", detail));
}

State::State(Exec& exec) {
  SALIX_CUDNN(cudnnCreate(&handle_));
  SALIX_CUDNN(cudnnSetStream(handle_, static_cast<cudaStream_t>(exec.backend().stream())));
}

State::~State() { cudnnDestroy(handle_); }

cudnnDataType_t type_of(DType dtype) {
  if (dtype == DType::kFloat32) return CUDNN_DATA_FLOAT;
  if (dtype == DType::kBFloat16) return CUDNN_DATA_BFLOAT16;
  throw NotSupported(str("cuDNN: needs float32 or bfloat16; got ", dtype));
}

TensorDescriptor map_descriptor(const Shape& map, DType dtype) {
  cudnnTensorDescriptor_t raw = nullptr;
  SALIX_CUDNN(cudnnCreateTensorDescriptor(&raw));
  TensorDescriptor owned(raw);
  SALIX_CUDNN(cudnnSetTensor4dDescriptor(raw, CUDNN_TENSOR_NHWC, type_of(dtype),
                                         static_cast<int>(map[0]), static_cast<int>(map[3]),
                                         static_cast<int>(map[1]), static_cast<int>(map[2])));
  return owned;
}

FilterDescriptor filter_descriptor(const Shape& weight, DType dtype) {
  cudnnFilterDescriptor_t raw = nullptr;
  SALIX_CUDNN(cudnnCreateFilterDescriptor(&raw));
  FilterDescriptor owned(raw);
  SALIX_CUDNN(cudnnSetFilter4dDescriptor(raw, type_of(dtype), CUDNN_TENSOR_NHWC,
                                         static_cast<int>(weight[0]), static_cast<int>(weight[3]),
                                         static_cast<int>(weight[1]), static_cast<int>(weight[2])));
  return owned;
}

}  // namespace salix::kernels::cudnn
