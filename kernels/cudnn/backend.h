// cuDNN's graph API, which its headers call the backend: descriptors with typed attributes.
//
// An attribute that cuDNN refuses fails its descriptor, and every descriptor that refers to
// it: so what builds a graph sets everything and looks once, at the end. Whether a failure
// matters is the caller's to say: most mean "not this way".
#pragma once

#include <array>
#include <vector>

#include "kernels/cudnn/cudnn.h"

namespace salix::kernels::cudnn {

class BackendDescriptor {
 public:
  BackendDescriptor() = default;  // none
  explicit BackendDescriptor(cudnnBackendDescriptorType_t type);

  cudnnBackendDescriptor_t get() const { return owned_.get(); }
  // Of the first call that failed, here or in a descriptor that this one refers to.
  cudnnStatus_t status() const { return status_; }
  bool ok() const { return status_ == CUDNN_STATUS_SUCCESS; }

  void set(cudnnBackendAttributeName_t name, bool value);
  void set(cudnnBackendAttributeName_t name, std::int64_t value);
  void set(cudnnBackendAttributeName_t name, float value);
  void set(cudnnBackendAttributeName_t name, cudnnDataType_t value);
  void set(cudnnBackendAttributeName_t name, cudnnConvolutionMode_t value);
  void set(cudnnBackendAttributeName_t name, cudnnPointwiseMode_t value);
  void set(cudnnBackendAttributeName_t name, cudnnNanPropagation_t value);
  void set(cudnnBackendAttributeName_t name, cudnnBackendHeurMode_t value);
  void set(cudnnBackendAttributeName_t name, cudnnHandle_t value);
  void set(cudnnBackendAttributeName_t name, const BackendDescriptor& value);
  void set(cudnnBackendAttributeName_t name, const std::vector<BackendDescriptor>& values);
  void set(cudnnBackendAttributeName_t name, std::int64_t count, const std::int64_t* values);
  void set(cudnnBackendAttributeName_t name, std::int64_t count, void* const* values);
  template <std::size_t N>
  void set(cudnnBackendAttributeName_t name, const std::array<std::int64_t, N>& values) {
    set(name, static_cast<std::int64_t>(N), values.data());
  }

  // No attribute can be set afterwards, and only then can the descriptor be used.
  cudnnStatus_t finalize();

  // False, and the value as it was, where cuDNN does not say.
  bool get(cudnnBackendAttributeName_t name, std::int64_t& value) const;
  bool get_notes(std::vector<cudnnBackendNumericalNote_t>& notes) const;  // of an engine
  bool get_notes(std::vector<cudnnBackendBehaviorNote_t>& notes) const;
  BackendDescriptor engine() const;  // of a configuration
  // The configurations that a finalized heuristic proposes, best first.
  std::vector<BackendDescriptor> results() const;

 private:
  void set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::int64_t count,
           const void* values);
  void note(cudnnStatus_t status);

  Owned<cudnnBackendDescriptor_t, cudnnBackendDestroyDescriptor> owned_;
  cudnnStatus_t status_ = CUDNN_STATUS_SUCCESS;
};

}  // namespace salix::kernels::cudnn
