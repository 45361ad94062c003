// `salix train a2s`: stage 1 of A2S-v2, from photographs without labels to pseudo labels.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/pinned_memory.h"
#include "tools/cli/progress.h"
#include "tools/commands.h"
#include "tools/evaluate_sets.h"
#include "tools/train_options.h"
#include "train/hash.h"
#include "train/predictor.h"
#include "train/pseudo_labels.h"
#include "train/run_directory.h"
#include "train/stage1/stage1_run.h"
#include "train/stop_signal.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

Stage1RunParams run_params(const TrainRequest& request, const fs::path& folder) {
  Stage1RunParams params{.folder = folder, .identity = {}, .loader = {}, .tune = request.tune};
  params.step = {
      .epochs = request.epochs,
      .learning_rate = request.learning_rate,
      .weight_decay = request.weight_decay,
      .clip_gradient = request.clip_gradient,
      .ave_batch = request.ave_batch,
      .weights = {request.loss_weights[0], request.loss_weights[1], request.loss_weights[2]},
      .alpha = request.alpha,
      .only_rgb = request.only_rgb,
      .skip_resting_encoder = !request.full_backward};
  params.loader.letters = request.letters;
  params.loader.batch = request.batch;
  params.loader.size = request.size;
  params.loader.workers = request.workers;
  params.loader.seed = request.common.seed;
  params.loader.on_bad_image =
      request.on_bad_image == "skip" ? data::OnBadImage::kSkip : data::OnBadImage::kFail;
  params.weights_name = str("a2s_", request.sub);
  params.checkpoint_every = request.checkpoint_every;
  params.keep_checkpoints = request.keep;
  params.audit_trace = request.audit_trace;
  return params;
}

// Every option that changes the numbers, and no other.
std::string config_json(const TrainRequest& request, const Exec& exec) {
  nlohmann::ordered_json config{{"network", "a2s"},
                                {"stage", 1},
                                {"trset", request.letters},
                                {"pretrain", request.pretrain},
                                {"weight", request.weight},
                                {"lr", request.learning_rate},
                                {"weight_decay", request.weight_decay},
                                {"clip_gradient", request.clip_gradient},
                                {"epochs", request.epochs},
                                {"batch", request.batch},
                                {"ave_batch", request.ave_batch},
                                {"size", request.size},
                                {"lrw", request.loss_weights},
                                {"rgb", request.alpha},
                                {"only_rgb", request.only_rgb},
                                {"on_bad_image", request.on_bad_image},
                                {"full_backward", request.full_backward},
                                {"seed", request.common.seed},
                                {"device", exec.device().to_string()}};
  if (request.tune) config["tune"] = *request.tune;
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

class TrainA2s {
 public:
  TrainA2s(const TrainRequest& request, const Output& output)
      : request_(request),
        output_(output),
        exec_(make_exec(request.common)),
        profile_(*exec_, request.common),
        options_(request.data.options()),
        folder_(request.folder("a2s")) {
    options_.warn = [this](const std::string& sentence) { say(sentence); };
  }

  void run() {
    // What is missing shows before anything is computed.
    std::vector<data::SampleFiles> samples = data::training_samples(request_.letters, 1, options_);
    if (!request_.vals.empty()) vals_ = data::evaluation_lists(request_.vals, options_);
    const std::string dataset_hash = samples_hash(samples);
    load();
    const ManifestRequest manifest{output_.command,
                                   {{"trset " + request_.letters, dataset_hash}},
                                   request_.weight.empty() ? request_.pretrain : request_.weight};
    const RunDirectory directory = open(manifest);
    Stage1RunParams params = run_params(request_, folder_);
    params.identity = {directory.config_hash(), dataset_hash};
    params.loader.warn = options_.warn;
    // Tensor::from_host() returns after its copy, so a batch may go back to the loader's pool.
    if (!exec_->device().is_host()) params.loader.memory = make_pinned_memory();
    Stage1Run run(*exec_, *network_, std::move(samples), params, watcher());
    const StopSignal signal;
    signal_ = &signal;
    begin(run);
    if (request_.resume) directory.note_resume(manifest, run.position().step);
    if (request_.debug && run.position().step == 0) score(0);
    {
      Progress progress(output_.err, "train", run.total_steps(), stderr_is_terminal(),
                        run.position().step);
      progress_ = &progress;
      const bool finished = run.train();
      progress_ = nullptr;
      if (!finished) stopped(run.position());
    }
    if (!request_.no_labels) make_labels();
    profile_.finish(output_.err);
    output_.out << folder_.string() << '\n';
  }

 private:
  void say(const std::string& sentence) {
    if (progress_ != nullptr) return progress_->say(sentence);
    output_.err << "note: " << sentence << '\n';
  }

  RunDirectory open(const ManifestRequest& manifest) {
    const std::string config = config_json(request_, *exec_);
    return request_.resume ? RunDirectory::resume(folder_, config)
                           : RunDirectory::create(folder_, config, manifest_json(*exec_, manifest));
  }

  void load() {
    const std::string& file = request_.weight.empty() ? request_.pretrain : request_.weight;
    if (file.empty()) {
      network_ = std::make_unique<A2s>(*exec_);
      say("no --pretrain FILE: the encoder has random weights, and as it is not trained the maps "
          "will mean little");
      return;
    }
    LoadedA2s loaded = load_a2s(*exec_, file, request_.allow_partial);
    network_ = std::move(loaded.network);
    const auto& missing = loaded.summary.report.missing;
    if (!loaded.summary.whole_network && !missing.empty()) {
      say(str(missing.size(), " encoder tensors are not in ", file,
              " and have random values, from '", missing.front(), "' on"));
    }
  }

  void begin(Stage1Run& run) {
    const bool resumed = request_.resume && run.resume();
    if (request_.resume && !resumed) {
      // Killed before its first checkpoint: nothing is lost, and without --resume it is refused.
      say(str("no checkpoint in ", (folder_ / "checkpoints").string(),
              " yet: the run starts from its beginning"));
    }
    output_.err << "train a2s: " << run.total_steps() << " steps of " << request_.batch
                << " images at " << request_.size << 'x' << request_.size << " on "
                << exec_->device();
    if (run.skips_encoder()) output_.err << "; the encoder rests, without backward pass";
    if (resumed) output_.err << "; resumed after step " << run.position().step;
    output_.err << '\n';
  }

  Stage1Watcher watcher() {
    return {.on_step =
                [this](const Stage1Report& report, const TrainingPosition&) {
                  sum_ += report.total;
                  ++count_;
                  progress_->advance(1, str("loss ", rounded(report.total)));
                },
            .on_epoch =
                [this](int epoch, const fs::path& weights) {
                  say(str("epoch ", epoch, "/", request_.epochs, ": mean loss ",
                          rounded(sum_ / static_cast<double>(count_)), ", weights in ",
                          weights.string()));
                  sum_ = 0;
                  count_ = 0;
                  score(epoch);
                },
            .say = [this](const std::string& sentence) { say(sentence); },
            .stop_requested = [this] { return signal_->requested(); }};
  }

  static std::string rounded(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", value);
    return text;
  }

  [[noreturn]] void stopped(const TrainingPosition& position) {
    throw Interrupted(str("stopped after step ", position.step, ", with a checkpoint in ",
                          folder_.string(), "; go on with: ", resume_command()),
                      signal_->exit_code());
  }

  std::string resume_command() const {
    std::vector<std::string> command = output_.command;
    if (!request_.resume) command.emplace_back("--resume");
    return shell_line(command);
  }

  void score(int epoch) {
    if (vals_.empty()) return;
    network_->eval();
    network_->prepare_inference();
    std::vector<EvaluationResult> results;
    for (const data::SampleList& list : vals_) {
      results.push_back(
          evaluate(*exec_, saliency_of(*network_), list,
                   {.size = request_.size, .on_failure = [this](const auto& s) { say(s); }}));
    }
    network_->train();
    say(str("after epoch ", epoch, ":\n", table_of(results)));
  }

  // The end of stage 1: labels of every training set, all videos' frames included.
  void make_labels() {
    network_->eval();
    network_->prepare_inference();
    std::vector<EvaluationResult> results;
    for (const data::SampleList& list :
         data::evaluation_lists(training_vals(request_.letters), label_options())) {
      results.push_back(evaluate_set(*exec_, *network_, list, {.size = request_.size},
                                     data::pseudo_label_folder(list.task, set_name(list), options_),
                                     output_));
    }
    output_.out << table_of(results);
    check_all_done(results);
  }

  data::DatasetOptions label_options() const {
    data::DatasetOptions options = options_;
    options.masks_required = false;
    return options;
  }

  const TrainRequest& request_;
  Output output_;
  std::unique_ptr<Exec> exec_;
  ProfileSession profile_;
  data::DatasetOptions options_;
  fs::path folder_;
  std::vector<data::SampleList> vals_;  // scored after every epoch
  std::unique_ptr<A2s> network_;
  const StopSignal* signal_ = nullptr;
  Progress* progress_ = nullptr;
  double sum_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace

void add_train(CLI::App& app, const Output& output) {
  CLI::App* train = app.add_subcommand("train", "trains a network");
  train->require_subcommand(1);
  CLI::App* command = train->add_subcommand("a2s", "stage 1, without labels");
  const auto request = std::make_shared<TrainRequest>();
  add_train_options(*command, *request);
  command->footer(
      "Examples:\n"
      "  salix train a2s --trset c --pretrain moco_v2_200ep_pretrain.pth.tar --data-path dataset\n"
      "  salix train a2s --trset c --train-set c=photos --epochs 4 --batch 4\n"
      "  salix train a2s --trset cdot --sub joint --resume");
  command->callback([request, output, command] {
    warn_of_ignored(*command, output.err);
    TrainA2s(*request, output).run();
  });
}

}  // namespace salix::cli
