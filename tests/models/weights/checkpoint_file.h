// Checkpoints in memory as other people's programs write them: dicts in dicts, tensors, objects of
// classes that nobody here knows.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/io/array.h"
#include "engine/io/pickle_writer.h"
#include "engine/io/torch_storage.h"
#include "tests/engine/io/raw_zip.h"

namespace salix::testing {

// A value of a checkpoint: a dict of values, tensors, text, or a pickled object.
struct Value {
  enum class Kind { kText, kTensor, kParameter, kArrays, kDict, kObject, kCall };
  Kind kind = Kind::kText;
  std::string text = {};  // or the class of an object, the function of a call
  io::NamedArrays arrays = {};
  std::vector<std::pair<std::string, Value>> entries = {};
};

inline Value text(const std::string& what) { return {.text = what}; }
inline Value tensors(io::NamedArrays arrays) {
  return {.kind = Value::Kind::kArrays, .arrays = std::move(arrays)};
}
// As tensors(), each in an nn.Parameter.
inline Value parameters(io::NamedArrays arrays) {
  return {.kind = Value::Kind::kParameter, .arrays = std::move(arrays)};
}
inline Value lone_tensor() {
  Value value{.kind = Value::Kind::kTensor};
  value.arrays.add("", io::Array::from<float>({}, {0.5f}));
  return value;
}
inline Value dict(std::vector<std::pair<std::string, Value>> entries) {
  return {.kind = Value::Kind::kDict, .entries = std::move(entries)};
}
// cls() with attributes, as pickle writes an argparse.Namespace.
inline Value object(const std::string& cls) { return {.kind = Value::Kind::kObject, .text = cls}; }
// function("...")
inline Value call(const std::string& function) {
  return {.kind = Value::Kind::kCall, .text = function};
}

class CheckpointFile {
 public:
  explicit CheckpointFile(const Value& root) { put(root); }

  // The archive that torch.save would have written.
  std::string bytes() {
    io::testing::RawZip zip;
    std::vector<io::testing::RawEntry> entries{zip.local("x/data.pkl", pickle_.finish())};
    for (std::size_t i = 0; i < storages_.size(); ++i)
      entries.push_back(zip.local(str("x/data/", i), storages_[i]));
    for (const auto& entry : entries) zip.entry(entry);
    return zip.finish();
  }

 private:
  void put(const Value& value) {
    switch (value.kind) {
      case Value::Kind::kText:
        pickle_.text(value.text);
        return;
      case Value::Kind::kTensor:
        return put_tensor(value.arrays[0].array);
      case Value::Kind::kObject:  // NEWOBJ and BUILD have no writer of their own: nothing writes
                                  // them
        pickle_.global(value.text).raw(")\x81}(").text("lr").integer(1).raw("ub");
        return;
      case Value::Kind::kCall:
        pickle_.global(value.text).mark().text("echo").tuple().call();
        return;
      case Value::Kind::kDict:
        pickle_.empty_dict().mark();
        for (const auto& [name, entry] : value.entries) pickle_.text(name), put(entry);
        pickle_.set_items();
        return;
      case Value::Kind::kArrays:
      case Value::Kind::kParameter:
        return put_arrays(value);
    }
  }

  void put_arrays(const Value& value) {
    const bool as_parameters = value.kind == Value::Kind::kParameter;
    pickle_.empty_ordered_dict().mark();
    for (const io::NamedArray& named : value.arrays) {
      pickle_.text(named.name);
      if (as_parameters) pickle_.global("torch._utils._rebuild_parameter").mark();
      put_tensor(named.array);
      if (as_parameters) pickle_.boolean(true).empty_ordered_dict().tuple().call();
    }
    pickle_.set_items();
  }

  void put_tensor(const io::Array& array) {
    pickle_.global("torch._utils._rebuild_tensor_v2").mark();
    pickle_.mark().text("storage").global(io::storage_name(array.dtype));
    pickle_.text(std::to_string(storages_.size())).text("cuda:0").integer(array.numel());
    pickle_.tuple().persistent().integer(0).mark();
    std::vector<std::int64_t> strides(static_cast<std::size_t>(array.shape.rank()), 1);
    for (std::size_t axis = strides.size(); axis-- > 1;)
      strides[axis - 1] = strides[axis] * array.shape[static_cast<int>(axis)];
    for (const std::int64_t size : array.shape) pickle_.integer(size);
    pickle_.tuple().mark();
    for (const std::int64_t stride : strides) pickle_.integer(stride);
    pickle_.tuple().boolean(false).empty_ordered_dict().tuple().call();
    storages_.emplace_back(io::text_of(array.data));
  }

  io::PickleWriter pickle_;
  std::vector<std::string> storages_;
};

inline std::string pth(const Value& root) { return CheckpointFile(root).bytes(); }

}  // namespace salix::testing
