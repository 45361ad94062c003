// Tensor: a handle on a dense, row-major array on one device, with its place on the
// autograd tape. Copying a Tensor copies the handle; the memory is shared and freed
// with the last handle. There are no strided views: reshape is free, all else copies.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/exec.h"
#include "engine/shape.h"
#include "engine/tensor_view.h"

namespace salix {

namespace autograd {
class Node;
}

class Tensor {
 public:
  Tensor() = default;  // undefined: stands for "no tensor"

  static Tensor empty(Exec& exec, const Shape& shape, DType dtype = DType::kFloat32);
  static Tensor zeros(Exec& exec, const Shape& shape, DType dtype = DType::kFloat32);
  static Tensor full(Exec& exec, const Shape& shape, double value, DType dtype = DType::kFloat32);
  // Copies `shape.numel()` host elements to the Exec's device.
  template <typename T>
  static Tensor from_host(Exec& exec, std::span<const T> values, const Shape& shape) {
    return from_host_bytes(exec, values.data(), values.size(), shape, dtype_of<T>);
  }
  template <typename T>
  static Tensor from_host(Exec& exec, const std::vector<T>& values, const Shape& shape) {
    return from_host(exec, std::span<const T>(values), shape);
  }

  // The same without a wait: `values` lies in pinned memory (engine/pinned_memory.h) and stays as
  // it is until an event that the caller records afterwards is reached. On the host, as above.
  static Tensor upload(Exec& exec, std::span<const float> values, const Shape& shape);

  bool defined() const { return body_ != nullptr; }
  explicit operator bool() const { return defined(); }
  Exec& exec() const;
  const Shape& shape() const;
  DType dtype() const;
  int rank() const { return shape().rank(); }
  std::int64_t dim(int axis) const { return shape().dim(axis); }
  std::int64_t numel() const { return shape().numel(); }
  std::size_t size_bytes() const { return static_cast<std::size_t>(numel()) * size_of(dtype()); }
  ConstView view() const;
  View mutable_view();

  // The elements on the host, in T whatever the tensor's type is; waits for the device.
  template <typename T>
  std::vector<T> to_vector() const {
    std::vector<T> values(static_cast<std::size_t>(numel()));
    to_host_bytes(values.data(), dtype_of<T>);
    return values;
  }
  // The one element of a tensor that has just one.
  double item() const;

  // The same memory under another shape of equal numel; one size may be -1. Differentiable.
  Tensor reshape(std::initializer_list<std::int64_t> sizes) const;
  Tensor reshape(const Shape& shape) const;
  // Another element type (or this tensor itself, if it has it already). Differentiable.
  Tensor to(DType dtype) const;
  // A copy on another Exec, perhaps another device. Not differentiable.
  Tensor to(Exec& exec) const;
  Tensor clone() const;                  // own memory; not differentiable
  void copy_from(const Tensor& source);  // same shape and dtype, any Exec
  void fill(double value);

  // --- autograd ---
  bool requires_grad() const;
  // Makes this a leaf that collects its gradient, or stops it. Not for results of recorded ops.
  void set_requires_grad(bool requires_grad);
  // The gradient of a leaf after backward(); undefined before, and after clear_grad().
  Tensor grad() const;
  void set_grad(const Tensor& grad);
  void clear_grad();
  // The same memory, off the tape.
  Tensor detach() const;

  const std::shared_ptr<autograd::Node>& node() const;
  int output_index() const;  // which output of node() this is
  void set_node(std::shared_ptr<autograd::Node> node, int output_index);
  // True when no other handle shares the memory, so that it may be written in place.
  bool unique() const;
  bool same_memory(const Tensor& other) const;

 private:
  struct Storage;
  struct Body;

  static Tensor from_host_bytes(Exec& exec, const void* values, std::size_t count,
                                const Shape& shape, DType dtype);
  static Tensor upload_bytes(Exec& exec, const void* values, std::size_t count, const Shape& shape,
                             DType dtype);
  void to_host_bytes(void* values, DType dtype) const;
  Tensor alias(const Shape& shape) const;
  Body& body() const;

  std::shared_ptr<Body> body_;
};

}  // namespace salix
