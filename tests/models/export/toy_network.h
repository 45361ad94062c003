// A network of one function, to trace and export single ops.
#pragma once

#include <functional>
#include <utility>

#include "models/network.h"

namespace salix::testing {

class ToyNetwork : public Network {
 public:
  using Function = std::function<Tensor(const Tensor& image)>;  // to a map [N,h,w,c]

  ToyNetwork(Exec& exec, Function function)
      : Network({.name = "toy", .default_recipe = ""}),
        scale(Tensor::full(exec, {3}, 0.5)),
        function_(std::move(function)) {
    add_parameter("scale", scale);
  }
  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor&) override {
    return {{"final", function_(image)}};
  }
  std::vector<ParameterGroup> parameter_groups() override { return {{"all", parameters()}}; }
  LoadSummary import_weights(const io::NamedArrays&, bool) override { return {}; }

  Tensor scale;

 private:
  Function function_;
};

}  // namespace salix::testing
