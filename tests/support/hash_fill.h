// The deterministic fill of networks and inputs behind the published check numbers: every
// value is a hash of its name and flat index, so any implementation can make them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "layers/modules/module.h"

namespace salix::testing {

std::uint32_t fnv1a(const std::string& name);
// Uniform in [0, 1): U(name, i) of the specification of A2S-v2.
double hash_uniform(const std::string& name, std::uint64_t index);
// The same from the name's fnv1a(); the specifications differ in the multiplier.
double hash_uniform(std::uint32_t name_hash, std::uint64_t index, std::uint32_t multiplier);

// What element `index` (in the order of files, OIHW) of a tensor starts from.
using FillValue = std::function<double(const std::string& name, const Shape& file_shape,
                                       std::uint32_t name_hash, std::uint64_t index)>;
// Fills all weights and statistics of `module`, names starting with `prefix`. Counters become 0,
// tables that follow from the architecture stay.
void fill_state(Module& module, const std::string& prefix, const FillValue& value_at);

// The same with the specification's values.
void hash_fill(Module& module, const std::string& prefix = "");

// The smooth input field inp(name; N,3,size,size) as [N,size,size,3].
Tensor hash_input(Exec& exec, const std::string& name, std::int64_t images, std::int64_t size,
                  DType dtype = DType::kFloat64);

// The five columns of the tables: mean, mean magnitude, and three elements, in the order
// of files (NCHW).
struct Summary {
  double mean, abs_mean, first, mid, last;
};
Summary summarize(const Tensor& map);

// Every column within `relative` of the printed value (or 1e-7 for printed zeros).
void expect_summary(const Tensor& map, const Summary& printed, double relative);

}  // namespace salix::testing
