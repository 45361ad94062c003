#include "tools/train/training_config.h"

#include <nlohmann/json.hpp>

#include "models/a2s/a2s.h"
#include "train/loop/over_ranks.h"
#include "train/optimizers/make_optimizer.h"
#include "train/optimizers/parameter_groups.h"
#include "train/recipes/a2s/stage1_training.h"
#include "train/recipes/pseudo_labels/stage2_step.h"
#include "train/run_folder/hash.h"

namespace salix::cli {
namespace {

data::LoaderOptions loader_options(const TrainRequest& request) {
  data::LoaderOptions loader;
  // cornet learns from the images of every task, and has no use for their modalities.
  loader.letters = request.network == "cornet" ? "c" : request.letters;
  loader.with_masks = request.stage() == 2;
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

std::unique_ptr<TrainingStep> stage2_step(Exec& exec, Network& network, const TrainRequest& request,
                                          std::int64_t steps_per_epoch,
                                          LabelRefinement* refinement) {
  return std::make_unique<Stage2Step>(
      exec, network,
      make_optimizer(request.optimizer, parameter_groups(network, request.weight_decay)),
      Stage2Params{.epochs = request.epochs,
                   .steps_per_epoch = steps_per_epoch,
                   .learning_rate = request.learning_rate,
                   .clip_gradient = request.clip_gradient,
                   .ave_batch = request.ave_batch},
      refinement);
}

}  // namespace

TrainingParts make_training(Exec& exec, Network& network, const TrainRequest& request,
                            const std::vector<data::SampleFiles>& samples) {
  TrainingParts parts;
  parts.run = {.folder = request.folder(),
               .loader = loader_options(request),
               .epochs = request.epochs,
               .weights_name = request.network + "_" + request.sub,
               .checkpoint_every = request.checkpoint_every,
               .keep_checkpoints = request.keep,
               .audit_trace = request.audit_trace};
  const std::int64_t batch = std::int64_t{OverRanks(exec).ranks()} * request.batch;
  const std::int64_t steps = static_cast<std::int64_t>(samples.size()) / batch;
  if (auto* a2s = dynamic_cast<A2s*>(&network)) {
    parts.step =
        std::make_unique<Stage1Training>(exec, *a2s, samples, stage1_params(request, steps));
    return parts;
  }
  if (request.refine_labels) {
    const RefinementRule rule =
        request.refinement_rule == "blend" ? RefinementRule::kBlend : RefinementRule::kReplace;
    parts.refinement = std::make_unique<LabelRefinement>(
        parts.run.folder / "labels", samples,
        RefinementParams{.rule = rule, .residual = request.residual});
    parts.run.loader.mask_file = [labels = parts.refinement.get()](std::int64_t sample,
                                                                   std::int64_t epoch) {
      return labels->label(sample, epoch);
    };
  }
  parts.step = stage2_step(exec, network, request, steps, parts.refinement.get());
  return parts;
}

std::string config_json(const TrainRequest& request, Exec& exec) {
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
  } else if (request.refine_labels) {
    config["olr"] = request.refinement_rule;
    config["residual"] = request.residual;
  }
  config["on_bad_image"] = request.on_bad_image;
  config["seed"] = request.common.seed;
  config["amp"] = request.common.amp;
  config["fast"] = request.common.fast;
  config["tf32"] = request.common.tf32;
  const int ranks = OverRanks(exec).ranks();
  config["device"] = exec.device().to_string();
  if (ranks > 1) {
    config["device"] = Device{exec.device().kind, 0}.to_string();  // the same text on all ranks
    config["ranks"] = ranks;
    config["sync_bn"] = request.sync_batch_norm;
  }
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
