// What all cuDNN kernels share: the handle of an Exec, descriptors that free themselves,
// and errors as ours.
#pragma once

#include <cudnn.h>

#include <memory>
#include <type_traits>

#include "engine/exec.h"
#include "engine/shape.h"

namespace salix::kernels::cudnn {

[[noreturn]] void throw_error(cudnnStatus_t status, const char* call, const char* file, int line);

// A macro for the text of the call and its place.
#define SALIX_CUDNN(call)                                                            \
  do {                                                                               \
    const cudnnStatus_t salix_status = (call);                                       \
    if (salix_status != CUDNN_STATUS_SUCCESS) {                                      \
      ::salix::kernels::cudnn::throw_error(salix_status, #call, __FILE__, __LINE__); \
    }                                                                                \
  } while (false)

// One per Exec, on its stream: exec.extension<State>().
class State {
 public:
  explicit State(Exec& exec);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  cudnnHandle_t handle() const { return handle_; }

 private:
  cudnnHandle_t handle_ = nullptr;
};

cudnnDataType_t type_of(DType dtype);

template <typename Handle, cudnnStatus_t (*destroy)(Handle)>
struct Destroy {
  void operator()(Handle handle) const { destroy(handle); }
};
template <typename Handle, cudnnStatus_t (*destroy)(Handle)>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Destroy<Handle, destroy>>;

using TensorDescriptor = Owned<cudnnTensorDescriptor_t, cudnnDestroyTensorDescriptor>;
using FilterDescriptor = Owned<cudnnFilterDescriptor_t, cudnnDestroyFilterDescriptor>;
using ConvolutionDescriptor =
    Owned<cudnnConvolutionDescriptor_t, cudnnDestroyConvolutionDescriptor>;
using ActivationDescriptor = Owned<cudnnActivationDescriptor_t, cudnnDestroyActivationDescriptor>;

// A dense channels-last map [N,H,W,C]; a dense filter [Cout,R,S,Cin/groups].
TensorDescriptor map_descriptor(const Shape& map, DType dtype);
FilterDescriptor filter_descriptor(const Shape& weight, DType dtype);

}  // namespace salix::kernels::cudnn
