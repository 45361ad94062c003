#include "engine/autograd/gradcheck.h"

#include <cmath>

#include "engine/autograd/tape.h"

namespace salix {
namespace {

double weighted_sum(const Tensor& y, const std::vector<double>& dy) {
  const std::vector<double> values = y.to_vector<double>();
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * dy[i];
  return sum;
}

}  // namespace

std::string gradcheck(const std::function<Tensor(const std::vector<Tensor>&)>& function,
                      const std::vector<Tensor>& inputs, const GradcheckParams& params) {
  SALIX_CHECK(!inputs.empty(), "gradcheck: needs at least one input");
  for (const Tensor& input : inputs) {
    SALIX_CHECK(input.dtype() == DType::kFloat64 && input.exec().device().is_host(),
                "gradcheck: inputs must be float64 on the cpu; got ", input.dtype());
  }
  Exec& exec = inputs.front().exec();
  const std::uint32_t random_step = exec.random_step();
  for (Tensor input : inputs) input.clear_grad();
  const Tensor y = function(inputs);
  std::vector<double> dy(static_cast<std::size_t>(y.numel()));
  for (std::size_t i = 0; i < dy.size(); ++i) {
    dy[i] = 2.0 * philox_uniform({params.seed, 0, 0}, i) - 1.0;
  }
  backward(y, Tensor::from_host(exec, dy, y.shape()));

  const NoGrad no_grad(exec);
  for (std::size_t which = 0; which < inputs.size(); ++which) {
    Tensor input = inputs[which];
    if (!input.requires_grad()) continue;
    if (!input.grad().defined()) return str("input ", which, " received no gradient");
    const std::vector<double> analytic = input.grad().to_vector<double>();
    double* values = input.mutable_view().as<double>();
    for (std::size_t i = 0; i < analytic.size(); ++i) {
      const double value = values[i];
      const auto evaluate = [&](double at) {
        values[i] = at;
        exec.set_random_step(random_step);
        return weighted_sum(function(inputs), dy);
      };
      const double numeric =
          (evaluate(value + params.step) - evaluate(value - params.step)) / (2 * params.step);
      values[i] = value;
      if (!(std::abs(analytic[i] - numeric) <=
            params.absolute + params.relative * std::abs(numeric))) {
        return str("input ", which, " element ", i, ": the tape says ", analytic[i],
                   ", central differences say ", numeric);
      }
    }
  }
  return "";
}

}  // namespace salix
