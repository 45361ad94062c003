#include "engine/io/array.h"

#include <limits>

#include "engine/error.h"

namespace salix::io {
namespace {

template <typename To>
Array converted(const Array& from) {
  Array result = Array::zeros(dtype_of<To>, from.shape);
  visit_any(from.dtype, [&](auto tag) {
    using From = typename decltype(tag)::type;
    const std::span<const From> values = from.as<From>();
    const std::span<To> out = result.as<To>();
    for (std::size_t i = 0; i < values.size(); ++i) out[i] = static_cast<To>(values[i]);
  });
  return result;
}

}  // namespace

Array Array::zeros(DType dtype, const Shape& shape) {
  Array array;
  array.dtype = dtype;
  array.shape = shape;
  array.data.resize(static_cast<std::size_t>(shape.numel()) * size_of(dtype));
  return array;
}

Array Array::to_float32() const { return converted<float>(*this); }
Array Array::to_float64() const { return converted<double>(*this); }

void Array::check_type(DType wanted) const {
  SALIX_CHECK(dtype == wanted, "Array: holds ", name_of(dtype), "; it was asked for as ",
              name_of(wanted));
}

void NamedArrays::add(std::string name, Array array) {
  SALIX_CHECK(index_.emplace(name, items_.size()).second, "NamedArrays: names must differ; '", name,
              "' comes twice");
  items_.push_back({std::move(name), std::move(array)});
}

const Array* NamedArrays::find(std::string_view name) const {
  const auto found = index_.find(std::string(name));
  return found == index_.end() ? nullptr : &items_[found->second].array;
}

const Array& NamedArrays::at(std::string_view name) const {
  const Array* array = find(name);
  SALIX_CHECK(array != nullptr, "NamedArrays: there is no array '", name, "' among the ", size(),
              empty() ? "" : str(", the first of which is '", items_.front().name, "'"));
  return *array;
}

Shape shape_from_file(const std::string& where, std::span<const std::int64_t> sizes) {
  if (sizes.size() > Shape::kMaxRank) {
    throw NotSupported(
        str(where, ": at most ", Shape::kMaxRank, " axes are supported; found ", sizes.size()));
  }
  std::int64_t product = 1;
  for (const std::int64_t size : sizes) {
    if (size < 0) throw IoError(str(where, ": sizes must not be negative; found ", size));
    if (size > 0 && product > std::numeric_limits<std::int64_t>::max() / 16 / size) {
      throw IoError(str(where, ": the shape has more elements than 64 bits can count"));
    }
    if (size > 0) product *= size;
  }
  return Shape(sizes);
}

}  // namespace salix::io
