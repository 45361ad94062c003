#include "kernels/cudnn/backend.h"

namespace salix::kernels::cudnn {

BackendDescriptor::BackendDescriptor(cudnnBackendDescriptorType_t type) {
  cudnnBackendDescriptor_t raw = nullptr;
  note(cudnnBackendCreateDescriptor(type, &raw));
  owned_.reset(raw);
}

void BackendDescriptor::note(cudnnStatus_t status) {
  if (ok()) status_ = status;
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                            std::int64_t count, const void* values) {
  if (ok()) note(cudnnBackendSetAttribute(get(), name, type, count, values));
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, bool value) {
  set(name, CUDNN_TYPE_BOOLEAN, 1, &value);
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, std::int64_t value) {
  set(name, CUDNN_TYPE_INT64, 1, &value);
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, float value) {
  set(name, CUDNN_TYPE_FLOAT, 1, &value);
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, cudnnDataType_t value) {
  set(name, CUDNN_TYPE_DATA_TYPE, 1, &value);
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, cudnnConvolutionMode_t value) {
  set(name, CUDNN_TYPE_CONVOLUTION_MODE, 1, &value);
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, cudnnPointwiseMode_t value) {
  set(name, CUDNN_TYPE_POINTWISE_MODE, 1, &value);
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, cudnnNanPropagation_t value) {
  set(name, CUDNN_TYPE_NAN_PROPOGATION, 1, &value);  // cuDNN's spelling
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, cudnnBackendHeurMode_t value) {
  set(name, CUDNN_TYPE_HEUR_MODE, 1, &value);
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, cudnnHandle_t value) {
  set(name, CUDNN_TYPE_HANDLE, 1, &value);
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, const BackendDescriptor& value) {
  note(value.status());
  const cudnnBackendDescriptor_t raw = value.get();
  set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &raw);
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name,
                            const std::vector<BackendDescriptor>& values) {
  std::vector<cudnnBackendDescriptor_t> raw;
  for (const BackendDescriptor& value : values) {
    note(value.status());
    raw.push_back(value.get());
  }
  set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<std::int64_t>(raw.size()), raw.data());
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, std::int64_t count,
                            const std::int64_t* values) {
  set(name, CUDNN_TYPE_INT64, count, values);
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, std::int64_t count,
                            void* const* values) {
  set(name, CUDNN_TYPE_VOID_PTR, count, values);
}

cudnnStatus_t BackendDescriptor::finalize() {
  if (ok()) note(cudnnBackendFinalize(get()));
  return status_;
}

bool BackendDescriptor::get(cudnnBackendAttributeName_t name, std::int64_t& value) const {
  std::int64_t count = 0, found = 0;
  const cudnnStatus_t status =
      cudnnBackendGetAttribute(get(), name, CUDNN_TYPE_INT64, 1, &count, &found);
  const bool told = status == CUDNN_STATUS_SUCCESS && count == 1;
  if (told) value = found;
  return told;
}

namespace {

// `room`: how many kinds of notes there are.
template <typename Note>
bool get_notes_of(cudnnBackendDescriptor_t engine, cudnnBackendAttributeName_t name,
                  cudnnBackendAttributeType_t type, Note room, std::vector<Note>& notes) {
  std::vector<Note> found(static_cast<std::size_t>(room));
  std::int64_t count = 0;
  const cudnnStatus_t status =
      cudnnBackendGetAttribute(engine, name, type, room, &count, found.data());
  if (status != CUDNN_STATUS_SUCCESS || count < 0 || count > room) return false;
  found.resize(static_cast<std::size_t>(count));
  notes = std::move(found);
  return true;
}

}  // namespace

bool BackendDescriptor::get_notes(std::vector<cudnnBackendNumericalNote_t>& notes) const {
  return get_notes_of(get(), CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                      CUDNN_NUMERICAL_NOTE_TYPE_COUNT, notes);
}

bool BackendDescriptor::get_notes(std::vector<cudnnBackendBehaviorNote_t>& notes) const {
  return get_notes_of(get(), CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, CUDNN_TYPE_BEHAVIOR_NOTE,
                      CUDNN_BEHAVIOR_NOTE_TYPE_COUNT, notes);
}

BackendDescriptor BackendDescriptor::engine() const {
  BackendDescriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  cudnnBackendDescriptor_t raw = engine.get();
  std::int64_t count = 0;
  engine.note(cudnnBackendGetAttribute(get(), CUDNN_ATTR_ENGINECFG_ENGINE,
                                       CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count, &raw));
  return engine;
}

std::vector<BackendDescriptor> BackendDescriptor::results() const {
  std::int64_t count = 0;
  if (!ok() ||
      cudnnBackendGetAttribute(get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                               0, &count, nullptr) != CUDNN_STATUS_SUCCESS) {
    return {};
  }
  std::vector<BackendDescriptor> configurations;
  std::vector<cudnnBackendDescriptor_t> raw;
  for (std::int64_t k = 0; k < count; ++k) {
    configurations.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    raw.push_back(configurations.back().get());
  }
  std::int64_t filled = 0;
  const cudnnStatus_t status =
      cudnnBackendGetAttribute(get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                               count, &filled, raw.data());
  const bool told = status == CUDNN_STATUS_SUCCESS && filled >= 0 && filled <= count;
  configurations.resize(told ? static_cast<std::size_t>(filled) : 0);
  return configurations;
}

}  // namespace salix::kernels::cudnn
