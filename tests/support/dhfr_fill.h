// The deterministic weights and inputs behind the check numbers of DHFR (its specification,
// appendix A.1).
#pragma once

#include <cstdint>
#include <string>

#include "layers/modules/module.h"

namespace salix::testing {

// U(name, i) of that specification.
double dhfr_uniform(const std::string& name, std::uint64_t index);

// All state of an sfnet, rounded to float32.
void dhfr_fill(Module& network);

// The two inputs, [N,224,224,3].
Tensor dhfr_image(Exec& exec, std::int64_t images, DType dtype);
Tensor dhfr_depth(Exec& exec, std::int64_t images, DType dtype);

// A row of table A.2: mean, population deviation, x[0], x[n/3], x[n-1] in the order of files.
struct PrintedTensor {
  double mean, deviation, first, third, last;
};
// Every column within `absolute` of the printed value.
void expect_printed(const std::string& name, const Tensor& map, const PrintedTensor& printed,
                    double absolute);

}  // namespace salix::testing
