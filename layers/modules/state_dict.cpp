#include "layers/modules/state_dict.h"

#include <set>

#include "engine/parallel.h"

namespace salix {
namespace {

// to [a,c,b] = from [a,b,c]: the step between channels-first and channels-last, with b and
// c the flattened axes, for elements of type T.
template <typename T>
void swap_inner_axes(const std::byte* from, std::byte* to, std::int64_t a, std::int64_t b,
                     std::int64_t c) {
  parallel_for(a, grain_for(b * c), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const T* source = reinterpret_cast<const T*>(from) + i * b * c;
      T* target = reinterpret_cast<T*>(to) + i * b * c;
      for (std::int64_t k = 0; k < c; ++k) {
        for (std::int64_t j = 0; j < b; ++j) target[k * b + j] = source[j * c + k];
      }
    }
  });
}

void swap_inner_axes(const io::Array& from, io::Array& to, std::int64_t b, std::int64_t c) {
  const std::int64_t a = from.shape[0];
  visit_any(from.dtype, [&](auto tag) {
    swap_inner_axes<typename decltype(tag)::type>(from.data.data(), to.data.data(), a, b, c);
  });
}

Shape channels_first(const Shape& last) { return {last[0], last[3], last[1], last[2]}; }
Shape channels_last(const Shape& first) { return {first[0], first[2], first[3], first[1]}; }

io::Array raw_array(const Tensor& tensor) {
  io::Array array = io::Array::zeros(tensor.dtype(), tensor.shape());
  if (tensor.numel() > 0) {
    tensor.exec().backend().copy_to_host(tensor.view().data, array.data.data(), array.data.size());
  }
  return array;
}

Tensor raw_tensor(Exec& exec, const io::Array& array) {
  Tensor tensor = Tensor::empty(exec, array.shape, array.dtype);
  if (tensor.numel() > 0) {
    exec.backend().copy_from_host(array.data.data(), tensor.mutable_view().data, array.data.size());
    exec.synchronize();
  }
  return tensor;
}

}  // namespace

io::Array to_nchw(const Tensor& tensor) {
  SALIX_CHECK(tensor.rank() == 4, "to_nchw: needs [N,H,W,C]; got ", tensor.shape());
  const io::Array last = raw_array(tensor);
  io::Array first = io::Array::zeros(last.dtype, channels_first(last.shape));
  swap_inner_axes(last, first, last.shape[1] * last.shape[2], last.shape[3]);
  return first;
}

Tensor from_nchw(Exec& exec, const io::Array& array) {
  SALIX_CHECK(array.shape.rank() == 4, "from_nchw: needs [N,C,H,W]; got ", array.shape);
  io::Array last = io::Array::zeros(array.dtype, channels_last(array.shape));
  swap_inner_axes(array, last, array.shape[1], array.shape[2] * array.shape[3]);
  return raw_tensor(exec, last);
}

io::Array to_array(const Tensor& tensor, FileLayout layout) {
  return layout == FileLayout::kConvWeight ? to_nchw(tensor) : raw_array(tensor);
}

Tensor from_array(Exec& exec, const io::Array& array, FileLayout layout) {
  return layout == FileLayout::kConvWeight ? from_nchw(exec, array) : raw_tensor(exec, array);
}

io::NamedArrays state_dict(const Module& module, const std::string& prefix) {
  io::NamedArrays arrays;
  for (const StateEntry& entry : module.state(prefix)) {
    arrays.add(entry.name, to_array(*entry.tensor, entry.layout));
  }
  return arrays;
}

Shape file_shape(const StateEntry& entry) {
  const Shape& memory = entry.tensor->shape();
  return entry.layout == FileLayout::kConvWeight ? channels_first(memory) : memory;
}

LoadSummary load_state_dict(Module& module, const io::NamedArrays& arrays,
                            const std::string& prefix) {
  LoadSummary report;
  const std::vector<StateEntry> entries = module.state(prefix);
  std::set<std::string> known;
  for (const StateEntry& entry : entries) {
    known.insert(entry.name);
    const io::Array* array = arrays.find(entry.name);
    if (array == nullptr) continue;
    const Shape expected = file_shape(entry);
    SALIX_CHECK(array->shape == expected, "load: '", entry.name, "' must have shape ", expected,
                "; the file has ", array->shape, "; is this a file of another network?");
  }
  for (const StateEntry& entry : entries) {
    const io::Array* array = arrays.find(entry.name);
    if (array != nullptr) {
      const Tensor loaded = from_array(entry.tensor->exec(), *array, entry.layout);
      entry.tensor->copy_from(loaded.to(entry.tensor->dtype()));
    } else if (entry.name.ends_with("num_batches_tracked")) {
      entry.tensor->fill(0);
    } else {
      report.missing.push_back(entry.name);
      continue;
    }
    report.loaded.push_back(entry.name);
  }
  for (const io::NamedArray& named : arrays) {
    if (!known.contains(named.name)) report.ignored.push_back(named.name);
  }
  return report;
}

}  // namespace salix
