#include "layers/functional/autocast.h"

#include <algorithm>

#include "kernels/conv2d/conv2d_parts.h"

namespace salix {
namespace {

struct Policy {
  explicit Policy(Exec&) {}
  bool on = false;
};

Tensor converted(const Tensor& x, DType from, DType to) {
  return x.defined() && x.dtype() == from && autocasts(x.exec()) ? x.to(to) : x;
}

}  // namespace

bool autocasts(Exec& exec) { return exec.extension<Policy>().on; }
void set_autocast(Exec& exec, bool on) { exec.extension<Policy>().on = on; }

bool has_fast_autocast(const Exec& exec) {
  return exec.device().kind == DeviceKind::kCuda || kernels::onednn::has_conv2d(DType::kBFloat16);
}

bool autocast_rounds(std::initializer_list<Tensor> operands) {
  return std::any_of(operands.begin(), operands.end(), [](const Tensor& x) {
    return x.defined() && x.dtype() == DType::kFloat32 && autocasts(x.exec());
  });
}

Tensor autocast_down(const Tensor& x) { return converted(x, DType::kFloat32, DType::kBFloat16); }
Tensor autocast_up(const Tensor& x) { return converted(x, DType::kBFloat16, DType::kFloat32); }

}  // namespace salix
