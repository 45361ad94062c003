#include "train/recipes/scribble/memory_bank.h"

#include <algorithm>
#include <cstring>

#include "engine/comm/communicator.h"
#include "kernels/memory_push/memory_push.h"
#include "layers/modules/state_dict.h"

namespace salix {
namespace {

constexpr const char* kPrototypes = "prototypes";
constexpr const char* kLabels = "labels";
constexpr const char* kBounds = "bounds";

// [..] of this rank -> [ranks,..].
Tensor of_all_ranks(const Tensor& own) {
  std::vector<std::int64_t> sizes{1};
  sizes.insert(sizes.end(), own.shape().begin(), own.shape().end());
  Communicator* const ranks = own.exec().extension<Ranks>().communicator;
  if (ranks == nullptr) return own.reshape(Shape(std::span<const std::int64_t>(sizes)));
  sizes[0] = ranks->ranks();
  Tensor all = Tensor::empty(own.exec(), Shape(std::span<const std::int64_t>(sizes)), own.dtype());
  ranks->all_gather(own.view(), all.mutable_view());
  return all;
}

// The first `count` rows on the host.
io::Array first_rows(const Tensor& tensor, std::int64_t count) {
  const io::Array all = to_array(tensor);
  io::Array rows = io::Array::zeros(all.dtype, all.shape.with(0, count));
  std::memcpy(rows.data.data(), all.data.data(), rows.data.size());
  return rows;
}

ConstView view_of(const Tensor& tensor) { return tensor.defined() ? tensor.view() : ConstView{}; }

}  // namespace

MemoryBank::MemoryBank(Exec& exec, int iterations) : exec_(exec), iterations_(iterations) {
  SALIX_CHECK(iterations >= 0, "memory bank: must remember 0 or more iterations; got ", iterations);
  bounds_ = Tensor::zeros(exec, {2 * std::int64_t{iterations} + 1}, DType::kInt32);
}

std::int64_t MemoryBank::size() const { return bounds_.to_vector<std::int32_t>().back(); }

void MemoryBank::push(const Tensor& prototypes, const Segments& segments, const Tensor& frozen) {
  if (iterations_ == 0) return;
  const Tensor rows = of_all_ranks(prototypes.detach());
  const Tensor labels = of_all_ranks(segments.semantic);
  const Tensor bounds = of_all_ranks(segments.bounds);
  largest_push_ = std::max(largest_push_, rows.dim(0) * rows.dim(1));
  // The old tensors live on in the losses that used them: nothing is moved in place.
  Tensor moved = Tensor::empty(exec_, {iterations_ * largest_push_, rows.dim(2)}, rows.dtype());
  Tensor moved_labels = Tensor::empty(exec_, {moved.dim(0)}, DType::kInt32);
  Tensor moved_bounds = Tensor::empty(exec_, bounds_.shape(), DType::kInt32);
  kernels::memory_push(exec_, {.rows = view_of(prototypes_),
                               .labels = view_of(labels_),
                               .bounds = bounds_.view(),
                               .new_rows = rows.view(),
                               .new_labels = labels.view(),
                               .new_bounds = bounds.view(),
                               .frozen = frozen.view(),
                               .moved_rows = moved.mutable_view(),
                               .moved_labels = moved_labels.mutable_view(),
                               .moved_bounds = moved_bounds.mutable_view()});
  prototypes_ = moved;
  labels_ = moved_labels;
  bounds_ = moved_bounds;
}

io::NamedArrays MemoryBank::save() const {
  io::NamedArrays arrays;
  arrays.add(kBounds, to_array(bounds_));
  const std::int64_t count = size();
  if (count == 0) return arrays;
  arrays.add(kPrototypes, first_rows(prototypes_, count));
  arrays.add(kLabels, first_rows(labels_, count));
  return arrays;
}

void MemoryBank::check(const io::NamedArrays& arrays) const {
  const auto get = [&](const char* name, DType dtype) -> const io::Array& {
    const io::Array* array = arrays.find(name);
    SALIX_CHECK(array != nullptr, "the checkpoint has no '", prefix(), name,
                "'; is it of another recipe?");
    SALIX_CHECK(
        array->dtype == dtype || (dtype == DType::kFloat32 && array->dtype == DType::kFloat64), "'",
        prefix(), name, "' must be ", dtype, "; the checkpoint has ", array->dtype);
    return *array;
  };
  const io::Array& bounds = get(kBounds, DType::kInt32);
  SALIX_CHECK(bounds.shape == bounds_.shape(), "'", prefix(), kBounds, "' must be ",
              bounds_.shape(), " to remember ", iterations_, " iterations; the checkpoint has ",
              bounds.shape);
  const auto values = bounds.as<std::int32_t>();
  SALIX_CHECK(values.front() == 0 && std::is_sorted(values.begin(), values.end()), "'", prefix(),
              kBounds, "' must rise from 0; the checkpoint is damaged");
  const std::int64_t count = values.back();
  SALIX_CHECK(arrays.size() == (count == 0 ? 1u : 3u), "the checkpoint must hold ",
              count == 0 ? 1 : 3, " arrays '", prefix(), "...'; got ", arrays.size());
  if (count == 0) return;
  const Shape rows = get(kPrototypes, DType::kFloat32).shape;
  const Shape labels = get(kLabels, DType::kInt32).shape;
  SALIX_CHECK(rows.rank() == 2 && rows[0] == count && labels == Shape{count}, "'", prefix(),
              kPrototypes, "' and '", prefix(), kLabels, "' must have ", count,
              " rows; the checkpoint has ", rows, " and ", labels);
}

void MemoryBank::load(const io::NamedArrays& arrays) {
  bounds_ = from_array(exec_, arrays.at(kBounds));
  prototypes_ = labels_ = Tensor();
  const std::vector<std::int32_t> bounds = bounds_.to_vector<std::int32_t>();
  if (bounds.back() == 0) return;
  prototypes_ = from_array(exec_, arrays.at(kPrototypes));
  labels_ = from_array(exec_, arrays.at(kLabels));
  largest_push_ = std::max<std::int64_t>(largest_push_, bounds.back());
}

}  // namespace salix
