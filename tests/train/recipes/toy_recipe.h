// A recipe that nobody would publish, with everything that the next methods need: five fields of
// its own draws, a memory bank, one group of parameters with clamped gradients, pictures for the
// log, an end by iterations. It lives in this file alone.
#pragma once

#include "engine/autograd/tape.h"
#include "engine/philox.h"
#include "layers/functional/binary.h"
#include "layers/functional/matmul.h"
#include "layers/functional/reduce.h"
#include "layers/functional/where.h"
#include "layers/modules/conv2d.h"
#include "train/recipes/recipe.h"

namespace salix::testing {

constexpr std::int64_t kToySize = 6, kToySamples = 8, kToyChannels = 4;

class ToyNetwork : public Network {
 public:
  explicit ToyNetwork(Exec& exec)
      : Network({.name = "toy", .default_recipe = "toy"}), embed(exec, 3, kToyChannels, {}) {
    add_module("embed", embed);
  }
  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor&) override {
    const Tensor features = embed(image);
    return {{"final", mean(features, {-1}, {.keep_axes = true})},
            {"embedding", features, OutputKind::kFeatures}};
  }
  std::vector<ParameterGroup> parameter_groups() override { return {{"all", parameters()}}; }
  LoadSummary import_weights(const io::NamedArrays&, bool) override { return {}; }
  Conv2d embed;
};

// Draws every field anew for each sample and epoch.
class ToyReader : public data::SampleReader {
 public:
  std::vector<data::Field> fields() const override {
    return {{"image", {kToySize, kToySize, 3}},
            {"semantic", {kToySize, kToySize, 1}},
            {"instance", {kToySize, kToySize, 1}},
            {"contour", {kToySize, kToySize, 1}},
            {"place", {kToySamples}}};
  }
  void read(const data::SampleFiles&, const data::SampleRequest& request,
            const std::vector<std::span<float>>& out) const override {
    const auto sample = static_cast<std::uint64_t>(request.sample);
    for (std::uint32_t k = 0; k < 4; ++k) {
      const PhiloxKey key{request.seed, 100 + k, static_cast<std::uint32_t>(request.epoch)};
      for (std::size_t i = 0; i < out[k].size(); ++i) {
        out[k][i] = philox_uniform(key, 1000 * sample + i);
      }
    }
    std::fill(out[4].begin(), out[4].end(), 0.0f);
    out[4][sample] = 1.0f;
  }
};

class ToyStep : public TrainingStep {
 public:
  ToyStep(Exec& exec, ToyNetwork& network)
      : network_(network),
        bank_(Tensor::zeros(exec, {kToySamples, kToyChannels})),
        bank_state_("bank", {{"rows", &bank_, /*is_parameter=*/false}}),
        update_(network, "Adam", 0.0, {.clamp_gradient = 0.01}) {}

  // Features draw near to what the bank remembers of their sample, and to the labels.
  Loss loss(const StepInput& input, const TrainingPosition& position) override {
    Loss loss;
    loss.outputs = network_.outputs(input["image"], {});
    const Tensor pooled = mean(loss.outputs[1].tensor, {1, 2});
    const Tensor remembered = matmul(input["place"], bank_.detach());
    const Tensor difference = pooled - remembered;
    const Tensor labels = input["semantic"] + input["instance"] * input["contour"];
    const Tensor error = loss.outputs[0].tensor - labels;
    const Tensor far = mean(difference * difference), wrong = mean(error * error);
    loss.total = far * 0.5 + wrong;
    loss.terms = {{"bank", far.detach(), 0.5}, {"labels", wrong.detach()}};
    features_ = pooled.detach();
    if (position.step % 4 == 0) {
      loss.pictures = [] { return std::vector<LoggedPicture>{{"look", data::Image(2, 5, 3, 7)}}; };
    }
    return loss;
  }
  std::vector<double> rates(const StepInput&, const TrainingPosition&) override { return {0.01}; }
  UpdateRule& update() override { return update_; }
  Module& network() override { return network_; }

  // A sample's row becomes its newest features, unless the step was bad.
  void after_update(const StepInput& input, const Tensor& frozen) override {
    const NoGrad no_grad(bank_.exec());
    const Tensor places = input["place"];
    const Tensor seen = sum(places, {0}).reshape({kToySamples, 1});
    const Tensor moved =
        bank_ * (1.0 - seen) + matmul(places, features_, {}, {.transpose_a = true});
    const Tensor held = Tensor::zeros(bank_.exec(), bank_.shape()) + frozen;
    bank_.copy_from(where(held, bank_, moved));
  }
  std::vector<StatePart*> more_state() override { return {&bank_state_}; }
  const Tensor& bank() const { return bank_; }

 private:
  ToyNetwork& network_;
  Tensor bank_, features_;
  TensorState bank_state_;
  UpdateRule update_;
};

class ToyRecipe : public Recipe {
 public:
  void describe(Options& options) override {
    options.add({.flags = "--iterations", .help = "in all", .target = &iterations_});
  }
  RunPlan plan() const override {
    return {.letters = "c",
            .batch = 2,
            .size = static_cast<int>(kToySize),
            .length = {.iterations = iterations_, .weights_every = 5}};
  }
  void check(const Network&) const override {}
  std::vector<data::SampleFiles> samples(const data::DatasetOptions&) const override {
    return std::vector<data::SampleFiles>(kToySamples);
  }
  std::unique_ptr<data::SampleReader> reader() const override {
    return std::make_unique<ToyReader>();
  }
  std::unique_ptr<TrainingStep> step(const StepContext& context) override {
    return std::make_unique<ToyStep>(context.exec, dynamic_cast<ToyNetwork&>(context.network));
  }

 private:
  std::int64_t iterations_ = 11;
};

}  // namespace salix::testing
