// A network of one function, to trace and export single ops.
#pragma once

#include <functional>
#include <utility>

#include "models/network.h"

namespace salix::testing {

class ToyNetwork : public SaliencyNetwork {
 public:
  using Function = std::function<Tensor(const Tensor& image)>;  // to a map [N,h,w,c]

  ToyNetwork(Exec& exec, Function function)
      : scale(Tensor::full(exec, {3}, 0.5)), function_(std::move(function)) {
    add_parameter("scale", scale);
  }
  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor&) override {
    return {{"final", function_(image)}};
  }
  std::string name() const override { return "toy"; }
  int stage() const override { return 1; }
  bool needs_modality() const override { return false; }
  std::vector<NamedEncoder> encoders() override { return {}; }

  Tensor scale;

 private:
  Function function_;
};

}  // namespace salix::testing
