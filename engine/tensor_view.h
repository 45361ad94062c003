// What kernels see of a tensor: pointer, shape, element type. Owns nothing.
#pragma once

#include <cstdint>

#include "engine/dtype.h"
#include "engine/error.h"
#include "engine/shape.h"

namespace salix {

struct ConstView {
  const void* data = nullptr;
  Shape shape;
  DType dtype = DType::kFloat32;

  std::int64_t numel() const { return shape.numel(); }
  std::int64_t dim(int axis) const { return shape.dim(axis); }
  int rank() const { return shape.rank(); }
  std::size_t size_bytes() const { return static_cast<std::size_t>(numel()) * size_of(dtype); }
  bool empty() const { return data == nullptr; }

  // The elements, for the caller that knows their type.
  template <typename T>
  const T* as() const {
    SALIX_ASSERT(dtype == dtype_of<T>);
    return static_cast<const T*>(data);
  }
};

struct View {
  void* data = nullptr;
  Shape shape;
  DType dtype = DType::kFloat32;

  operator ConstView() const { return {data, shape, dtype}; }
  std::int64_t numel() const { return shape.numel(); }
  std::int64_t dim(int axis) const { return shape.dim(axis); }
  int rank() const { return shape.rank(); }
  std::size_t size_bytes() const { return static_cast<std::size_t>(numel()) * size_of(dtype); }
  bool empty() const { return data == nullptr; }

  template <typename T>
  T* as() const {
    SALIX_ASSERT(dtype == dtype_of<T>);
    return static_cast<T*>(data);
  }
};

}  // namespace salix
