// The ops of a forward pass with their inputs and attributes, in the order of execution: what
// an exporter needs to write the network down for another program.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/tensor.h"

namespace salix {

struct OpAttribute {
  const char* name;
  std::variant<bool, std::int64_t, double, std::vector<std::int64_t>> value;
};

struct OpRecord {
  const char* op;
  std::vector<Tensor> inputs;  // undefined: an optional one that was not given
  Tensor output;
  std::vector<OpAttribute> attributes;

  // T: bool, std::int64_t, double or std::vector<std::int64_t>, as the op reported it.
  template <typename T>
  const T& attribute(std::string_view name) const {
    const T* value = nullptr;
    for (const OpAttribute& attribute : attributes) {
      if (name == attribute.name) value = std::get_if<T>(&attribute.value);
    }
    SALIX_ASSERT(value != nullptr);
    return *value;
  }
};

// The handles keep every result alive, so that an address names one tensor: a pass at 320x320
// takes the memory of all its feature maps.
using OpTrace = std::vector<OpRecord>;

// From now on the ops on `exec` add their records to `trace`; nullptr: no more, the default.
// The caller keeps ownership and removes it before it dies.
void set_op_trace(Exec& exec, OpTrace* trace);
OpTrace* op_trace(Exec& exec);

// What an op says of itself, whether or not a gradient is wanted.
void trace_op(const char* op, std::initializer_list<Tensor> inputs, const Tensor& output,
              std::initializer_list<OpAttribute> attributes = {});
void trace_op(const char* op, const std::vector<Tensor>& inputs, const Tensor& output,
              std::initializer_list<OpAttribute> attributes = {});

// While alive, ops add no records: for an op made of others that reports itself as one.
class UntracedScope {
 public:
  explicit UntracedScope(Exec& exec) : exec_(exec), before_(op_trace(exec)) {
    set_op_trace(exec_, nullptr);
  }
  ~UntracedScope() { set_op_trace(exec_, before_); }
  UntracedScope(const UntracedScope&) = delete;
  UntracedScope& operator=(const UntracedScope&) = delete;

 private:
  Exec& exec_;
  OpTrace* before_;
};

}  // namespace salix
