// Networks under autocast beside the same networks in float32.
#include "layers/functional/autocast.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/tape.h"
#include "models/network.h"
#include "tests/support/hash_fill.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

class NetworkAutocast : public OpTest {};
// Not the reference: its bfloat16 convolutions are plain loops, and tests/layers has them.
INSTANTIATE_TEST_SUITE_P(Targets, NetworkAutocast,
                         ::testing::Values(Target::kOnednn, Target::kSimt, Target::kCuda),
                         target_name);

// The root of the mean square of the difference, as a part of that of `expected`.
double relative_error(const Tensor& found, const Tensor& expected) {
  const auto a = found.to_vector<double>(), b = expected.to_vector<double>();
  double difference = 0, size = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    difference += (a[k] - b[k]) * (a[k] - b[k]);
    size += b[k] * b[k];
  }
  return std::sqrt(difference / size);
}

TEST_P(NetworkAutocast, OutputsAreNearThoseOfFloat32) {
  for (const std::string& name : network_names()) {
    if (GetParam() == Target::kSimt && name != "a2s") continue;  // minutes, for the same ops
    // Of one large size: where bfloat16 products are plain loops a pass takes minutes, too.
    const std::int64_t size = network_facts(name).fixed_size.value_or(64);
    if (size > 64 && !has_fast_autocast(exec())) continue;
    const auto network = make_network(exec(), name);
    hash_fill(*network);
    network->eval();
    const NoGrad no_grad(exec());
    const Tensor image = hash_input(exec(), "image", 2, size, DType::kFloat32);
    const Tensor modality = hash_input(exec(), "modal", 2, size, DType::kFloat32);
    const auto expected = network->outputs(image, modality);
    const Autocast on(exec());
    for (const bool folded : {false, true}) {
      if (folded) network->prepare_inference();
      const auto found = network->outputs(image, modality);
      for (std::size_t k = 0; k < found.size(); ++k) {
        const std::string label = name + " " + found[k].name + (folded ? " folded" : "");
        EXPECT_EQ(found[k].tensor.dtype(), DType::kFloat32) << label;
        const double error = relative_error(found[k].tensor, expected[k].tensor);
        RecordProperty(label, std::to_string(error));
        EXPECT_LT(error, 0.05) << label;  // up to 0.032 when written, of midnet on simt
        EXPECT_GT(error, 1e-5) << label;  // else nothing was rounded
      }
    }
  }
}

}  // namespace
}  // namespace salix::testing
