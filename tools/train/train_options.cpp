#include "tools/train/train_options.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "models/network.h"

namespace salix::cli {
namespace {

void add_what_is_learned(CLI::App& command, TrainRequest& request) {
  command
      .add_option("--trset", request.letters,
                  "tasks to train on: c RGB, d RGB-D, o video, t RGB-T, or several")
      ->capture_default_str();
  command
      .add_option("--pretrain", request.pretrain,
                  "encoder to start from: MoCo-v2, torchvision or any ResNet-50 file")
      ->type_name("FILE");
  command.add_option("--weight", request.weight, "whole network to start from")
      ->type_name("FILE")
      ->excludes("--pretrain");
  command.add_flag("--allow-partial", request.allow_partial,
                   "accept an encoder file that lacks tensors");
  command
      .add_option("--stage", request.asked_stage,
                  str(request.network, " is stage ", request.stage(), ", which need not be said"))
      ->check(CLI::IsMember({request.stage()}));
}

void add_optimization(CLI::App& command, TrainRequest& request) {
  command.add_option("--optim", request.optimizer, "SGD with momentum 0.9, or Adam")
      ->capture_default_str()
      ->check(CLI::IsMember({"SGD", "Adam"}));
  command
      .add_option("--lr", request.learning_rate,
                  "learning rate of all but the encoders, at the start")
      ->capture_default_str();
  command.add_option("--epoch,--epochs", request.epochs, "passes over the training set")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  command.add_option("--batch", request.batch, "images per iteration; under mpirun, per rank")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  command
      .add_option("--ave-batch,--ave_batch", request.ave_batch,
                  "iterations per optimizer step; gradients are summed")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  command.add_option("--size", request.size, "network input")
      ->capture_default_str()
      ->check(CLI::Range(request.stage() == 1 ? 160 : 32, 4096));
  command.add_option("--weight-decay,--weight_decay", request.weight_decay, "of all parameters")
      ->capture_default_str();
  command
      .add_option("--clip-gradient,--clip_gradient", request.clip_gradient,
                  "largest L2 norm of all gradients together; 0: off")
      ->capture_default_str();
}

void add_stage1(CLI::App& command, TrainRequest& request) {
  command.add_option("--tune", request.tune,
                     "epochs for which the encoder's rate is 0 (default: 20, on MSB-TR 2)");
  command.add_option("--lrw", request.loss_weights, "weights of CSD, BTM and consistency")
      ->delimiter(',')
      ->expected(3)
      ->capture_default_str();
  command.add_option("--rgb", request.alpha, "alpha of BTM")->capture_default_str();
  command.add_flag("--only-rgb,--only_rgb", request.only_rgb, "BTM compares RGB only");
  command.add_flag("--full-backward", request.full_backward,
                   "compute the encoder's gradients even while its rate is 0: the same weights, "
                   "three times the work");
  command.add_flag("--no-labels", request.no_labels, "make no pseudo labels at the end");
}

void add_stage2(CLI::App& command, TrainRequest& request) {
  command.add_flag("--olr", request.refine_labels,
                   "from epoch 2 on, learn from labels that the predictions refine; the originals "
                   "stay as they are");
  command
      .add_option("--olr-rule", request.refinement_rule,
                  "replace: the prediction is the new label, as in A2S-v2; blend: mixed with the "
                  "old one, as in A2S")
      ->capture_default_str()
      ->check(CLI::IsMember({"replace", "blend"}));
  command
      .add_option("--residual,--resdual", request.residual, "part of the old label in the mixture")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
}

void add_run(CLI::App& command, TrainRequest& request) {
  command
      .add_option("--weight-path,--weight_path", request.weight_path,
                  "runs lie in <weight-path>/<network>/resnet/<trset>/<sub>")
      ->capture_default_str()
      ->type_name("DIR");
  command.add_option("--sub", request.sub, "name of the run")->capture_default_str();
  command.add_option("--run-dir", request.run_dir, "folder of the run, instead")->type_name("DIR");
  command.add_flag("--resume", request.resume, "go on from the newest checkpoint of the run");
  command.add_option("--checkpoint-every", request.checkpoint_every, "iterations")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  command.add_option("--keep", request.keep, "checkpoints that stay")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  command.add_option("--vals", request.vals,
                     "data sets to score after every epoch: ce,cr,... (default: none)");
  command.add_flag("--debug", request.debug, "score them before the first epoch too");
  command.add_option("--workers", request.workers, "threads that read images")
      ->capture_default_str()
      ->check(CLI::Range(0, 256));
  command.add_flag("--sync-bn", request.sync_batch_norm,
                   "under mpirun: batch norm over the images of all ranks, not of each");
  command
      .add_option("--on-bad-image", request.on_bad_image, "fail, or skip: another image stands in")
      ->capture_default_str()
      ->check(CLI::IsMember({"fail", "skip"}));
  command.add_flag("--audit-trace", request.audit_trace,
                   "write audit.jsonl: a hash of every tensor of every step, for audit diff");
}

constexpr const char* kIgnored = "Accepted for old command lines, without effect";

// Flags of the original scripts that had no effect there, or have none here.
void add_ineffective(CLI::App& command) {
  for (const char* name : {"--schedule", "--step-size,--step_size", "--gamma",
                           "--test-batch,--test_batch", "--backbone", "--gpus", "--ac", "--temp"}) {
    command.add_option(name)->group(kIgnored);
  }
  for (const char* name : {"--multi", "--orig-size,--orig_size", "--refine"}) {
    command.add_flag(name)->group(kIgnored);
  }
}

}  // namespace

TrainRequest::TrainRequest(const std::string& name) : network(name) {
  if (stage() == 1) return;
  learning_rate = 0.005;
  epochs = 10;
  letters = network == "midnet" ? "d" : "c";
  weight_decay = network_facts(network).weight_decay;
}

std::string TrainRequest::folder() const {
  if (!run_dir.empty()) return run_dir;
  return (std::filesystem::path(weight_path) / network / "resnet" / letters / sub).string();
}

void add_train_options(CLI::App& command, TrainRequest& request) {
  add_common_options(command, request.common);
  add_dataset_flags(command, request.data);
  add_what_is_learned(command, request);
  add_optimization(command, request);
  if (request.stage() == 1) {
    add_stage1(command, request);
  } else {
    add_stage2(command, request);
  }
  add_run(command, request);
  add_ineffective(command);
}

void warn_of_ignored(const CLI::App& command, std::ostream& err) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_group() == kIgnored && option->count() > 0)
      err << "note: " << option->get_name() << " has no effect\n";
  }
}

}  // namespace salix::cli
