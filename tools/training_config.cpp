#include "tools/training_config.h"

#include <nlohmann/json.hpp>

#include "models/a2s.h"
#include "train/hash.h"
#include "train/stage1/stage1_training.h"

namespace salix::cli {
namespace {

data::LoaderOptions loader_options(const TrainRequest& request) {
  data::LoaderOptions loader;
  loader.letters = request.letters;
  loader.batch = request.batch;
  loader.size = request.size;
  loader.workers = request.workers;
  loader.seed = request.common.seed;
  loader.on_bad_image =
      request.on_bad_image == "skip" ? data::OnBadImage::kSkip : data::OnBadImage::kFail;
  return loader;
}

Stage1TrainingParams stage1_params(const TrainRequest& request, std::int64_t steps_per_epoch) {
  return {.step = {.epochs = request.epochs,
                   .steps_per_epoch = steps_per_epoch,
                   .learning_rate = request.learning_rate,
                   .weight_decay = request.weight_decay,
                   .optimizer = request.optimizer,
                   .gradients = {request.clip_gradient, request.ave_batch},
                   .weights = {request.loss_weights[0], request.loss_weights[1],
                               request.loss_weights[2]},
                   .alpha = request.alpha,
                   .only_rgb = request.only_rgb,
                   .skip_resting_encoder = !request.full_backward},
          .tune = request.tune,
          .size = request.size,
          .seed = request.common.seed};
}

}  // namespace

TrainingRunParams run_params(const TrainRequest& request) {
  return {.folder = request.folder(),
          .loader = loader_options(request),
          .epochs = request.epochs,
          .weights_name = request.network + "_" + request.sub,
          .checkpoint_every = request.checkpoint_every,
          .keep_checkpoints = request.keep,
          .audit_trace = request.audit_trace};
}

std::unique_ptr<TrainingStep> make_training_step(Exec& exec, SaliencyNetwork& network,
                                                 const TrainRequest& request,
                                                 const std::vector<data::SampleFiles>& samples) {
  const std::int64_t steps = static_cast<std::int64_t>(samples.size()) / request.batch;
  auto* a2s = dynamic_cast<A2s*>(&network);
  SALIX_CHECK(a2s != nullptr, "train: stage 1 is for a2s; got ", network.name());
  return std::make_unique<Stage1Training>(exec, *a2s, samples, stage1_params(request, steps));
}

std::string config_json(const TrainRequest& request, const Exec& exec) {
  nlohmann::ordered_json config{{"network", request.network},
                                {"stage", request.stage()},
                                {"trset", request.letters},
                                {"pretrain", request.pretrain},
                                {"weight", request.weight},
                                {"optim", request.optimizer},
                                {"lr", request.learning_rate},
                                {"weight_decay", request.weight_decay},
                                {"clip_gradient", request.clip_gradient},
                                {"epochs", request.epochs},
                                {"batch", request.batch},
                                {"ave_batch", request.ave_batch},
                                {"size", request.size}};
  if (request.stage() == 1) {
    config["lrw"] = request.loss_weights;
    config["rgb"] = request.alpha;
    config["only_rgb"] = request.only_rgb;
    config["full_backward"] = request.full_backward;
    if (request.tune) config["tune"] = *request.tune;
  }
  config["on_bad_image"] = request.on_bad_image;
  config["seed"] = request.common.seed;
  config["device"] = exec.device().to_string();
  return config.dump(2) + "\n";
}

std::string samples_hash(const std::vector<data::SampleFiles>& samples) {
  std::vector<std::string> lines;
  lines.reserve(samples.size());
  for (const data::SampleFiles& sample : samples) {
    lines.push_back(str(data::letter_of(sample.task), ' ', sample.set, ' ', sample.name));
  }
  return lines_hash(lines);
}

}  // namespace salix::cli
