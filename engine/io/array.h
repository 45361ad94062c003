// Host arrays as files hold them: in the world's element order (NCHW, OIHW), not in
// the engine's channels-last order, which is the importer's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/dtype.h"
#include "engine/shape.h"

namespace salix::io {

// A dense, row-major array that owns its bytes; data.size() == numel * size_of(dtype).
struct Array {
  DType dtype = DType::kFloat32;
  Shape shape{0};
  std::vector<std::byte> data;

  // All elements zero.
  static Array zeros(DType dtype, const Shape& shape);

  template <typename T>
  static Array from(const Shape& shape, std::span<const T> values) {
    SALIX_CHECK(static_cast<std::int64_t>(values.size()) == shape.numel(), "Array::from: shape ",
                shape, " needs ", shape.numel(), " values; got ", values.size());
    Array array = zeros(dtype_of<T>, shape);
    if (!values.empty()) std::memcpy(array.data.data(), values.data(), values.size_bytes());
    return array;
  }
  template <typename T>
  static Array from(const Shape& shape, std::initializer_list<T> values) {
    return from<T>(shape, std::span<const T>(values.begin(), values.size()));
  }

  std::int64_t numel() const { return shape.numel(); }

  // The elements; InvalidInput when T is not the array's type.
  template <typename T>
  std::span<const T> as() const {
    check_type(dtype_of<T>);
    return {reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T)};
  }
  template <typename T>
  std::span<T> as() {
    check_type(dtype_of<T>);
    return {reinterpret_cast<T*>(data.data()), data.size() / sizeof(T)};
  }

  // Copies in another type. To float64 every type but int64 converts exactly; to
  // float32, float64 and integers above 2^24 are rounded to nearest even.
  Array to_float32() const;
  Array to_float64() const;

  // Same type, shape and bits (so NaN equals the same NaN, and 0 differs from -0).
  friend bool operator==(const Array&, const Array&) = default;

 private:
  void check_type(DType wanted) const;
};

struct NamedArray {
  std::string name;
  Array array;
};

// Arrays in the order of their file, found by name.
class NamedArrays {
 public:
  // InvalidInput when the name is taken.
  void add(std::string name, Array array);

  // nullptr when there is none.
  const Array* find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  // InvalidInput, with the closest information we have, when there is none.
  const Array& at(std::string_view name) const;

  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  const NamedArray& operator[](std::size_t index) const { return items_[index]; }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

 private:
  std::vector<NamedArray> items_;
  std::unordered_map<std::string, std::size_t> index_;
};

// Text facts that a file carries beside its arrays, in its order.
using Metadata = std::vector<std::pair<std::string, std::string>>;

// Sizes read from a file as a Shape: IoError when negative or too large, NotSupported
// above six axes. `where` names the file and the array in the message.
Shape shape_from_file(const std::string& where, std::span<const std::int64_t> sizes);

}  // namespace salix::io
