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

// The small case of appendix A.3: probability maps, labels (0, 1, 2) and contours [2,48,48,1], a
// normalised image [2,48,48,3].
Tensor dhfr_small_map(Exec& exec, const std::string& name, DType dtype);
Tensor dhfr_small_labels(Exec& exec, DType dtype);
Tensor dhfr_small_contours(Exec& exec, DType dtype);
Tensor dhfr_small_image(Exec& exec, DType dtype);
// The logits of a map of probabilities, and the norm of their gradient as that by the
// probabilities, which is what is printed.
Tensor logits_of(const Tensor& probabilities);
double norm_by_probabilities(const Tensor& gradient, const Tensor& probabilities);

// A row of table A.2: mean, population deviation, x[0], x[n/3], x[n-1] in the order of files.
struct PrintedTensor {
  double mean, deviation, first, third, last;
};
// Every column within `absolute` of the printed value.
void expect_printed(const std::string& name, const Tensor& map, const PrintedTensor& printed,
                    double absolute);

}  // namespace salix::testing
