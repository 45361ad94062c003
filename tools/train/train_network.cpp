#include "tools/train/train_network.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <ostream>

#include "engine/pinned_memory.h"
#include "models/weights/load_network.h"
#include "tools/cli/progress.h"
#include "tools/test/evaluate_sets.h"
#include "tools/train/training_config.h"
#include "train/loop/over_ranks.h"
#include "train/loop/stop_signal.h"
#include "train/metrics/score_columns.h"
#include "train/recipes/pseudo_labels/stage2_batch.h"
#include "train/run_folder/run_directory.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFewSteps = 50;

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", value);
  return text;
}

// The scores of one set after an epoch, as a line of metrics.jsonl.
Metrics line_of(int epoch, const ScoredSet& set) {
  Metrics line{{"epoch", std::int64_t{epoch}}, {"set", set.name}, {"images", set.summary.images}};
  for (const ScoreColumn& column : score_columns()) {
    line.emplace_back(column.key, set.summary.*column.of_set);
  }
  return line;
}

// Each rank on a machine has a GPU of its own, unless the request says which. A launcher may
// show every rank only its own GPU: then that is number 0 to all of them.
CommonOptions share_of(CommonOptions options) {
  const int gpus = cuda_device_count();
  const bool any_gpu = options.device.empty() || options.device == "cuda";
  if (launched_ranks() > 1 && any_gpu && gpus > 0) {
    options.device = str("cuda:", launched_local_rank() % gpus);
  }
  return options;
}

class TrainNetwork {
 public:
  TrainNetwork(const TrainRequest& request, const Output& output)
      : request_(request),
        exec_(make_exec(share_of(request.common))),
        communicator_(join(*exec_, request)),
        ranks_(*exec_),
        errors_(output.err),
        output_(ranks_.writes() ? output : Output{silence_, silence_, output.command}),
        profile_(*exec_, request.common),
        options_(request.data.options()),
        folder_(request.folder()) {
    options_.warn = [this](const std::string& sentence) { say(sentence); };
  }

  // A rank that fails must not leave the others waiting for it.
  void run() {
    try {
      train_all();
    } catch (const Interrupted&) {  // as all ranks are
      throw;
    } catch (const std::exception& error) {
      if (!communicator_) throw;
      errors_ << "salix: rank " << ranks_.rank() << ": " << error.what() << std::endl;
      communicator_->abort();
    }
  }

 private:
  static std::unique_ptr<Communicator> join(Exec& exec, const TrainRequest& request) {
    std::unique_ptr<Communicator> communicator = make_communicator(exec);
    exec.extension<Ranks>().communicator = communicator.get();
    exec.extension<Ranks>().sync_batch_norm = request.sync_batch_norm;
    return communicator;
  }

  void train_all() {
    load();
    if (request_.stage() == 2) check_training_letters(*network_, request_.letters);
    options_.modality_required = request_.stage() == 1 || network_->needs_modality();
    // What is missing shows before anything is computed.
    std::vector<data::SampleFiles> samples =
        data::training_samples(request_.letters, request_.stage(), options_);
    if (!request_.vals.empty()) vals_ = lists_for(*network_, request_.vals, options_);
    const std::string dataset_hash = samples_hash(samples);
    const ManifestRequest manifest{output_.command,
                                   {{"trset " + request_.letters, dataset_hash}},
                                   request_.weight.empty() ? request_.pretrain : request_.weight};
    if (!ranks_.writes()) ranks_.wait_for_all();  // rank 0 first: it makes the folder
    const RunDirectory directory = open(manifest);
    TrainingParts parts = make_training(*exec_, *network_, request_, samples);
    if (ranks_.writes()) ranks_.wait_for_all();
    parts.run.identity = {directory.config_hash(), dataset_hash};
    parts.run.loader.warn = [this](const std::string& sentence) {
      if (ranks_.writes()) return say(sentence);
      errors_ << "note: rank " << ranks_.rank() << ": " << sentence << '\n';
    };
    if (!exec_->device().is_host()) {
      parts.run.one_in_flight = true;
      parts.run.loader.memory = make_pinned_memory(exec_->device());
    }
    const StopSignal signal;  // before the run, so that a second signal finds it while that ends
    signal_ = &signal;
    TrainingRun run(*exec_, *parts.step, std::move(samples), parts.run, watcher());
    begin(run);
    if (ranks_.writes()) {
      if (request_.resume) directory.note_resume(manifest, run.position().step);
      if (request_.debug && run.position().step == 0) score(0);
    }
    const bool finished = train(run);
    if (ranks_.writes()) {
      if (!finished) stopped(run.position());
      if (request_.stage() == 1 && !request_.no_labels) make_labels();
      profile_.finish(output_.err);
    }
    if (finished) ranks_.wait_for_all();
  }

  void say(const std::string& sentence) {
    if (progress_ != nullptr) return progress_->say(sentence);
    output_.err << "note: " << sentence << '\n';
  }

  RunDirectory open(const ManifestRequest& manifest) {
    const std::string config = config_json(request_, *exec_);
    return request_.resume || !ranks_.writes()
               ? RunDirectory::resume(folder_, config)
               : RunDirectory::create(folder_, config, manifest_json(*exec_, manifest));
  }

  void load() {
    const std::string& file = request_.weight.empty() ? request_.pretrain : request_.weight;
    if (file.empty()) {
      network_ = make_network(*exec_, request_.network);
      say(request_.stage() == 1
              ? "no --pretrain FILE: the encoder has random weights, and as it is not trained the "
                "maps will mean little"
              : "no --pretrain FILE: the encoder starts from random weights");
      return;
    }
    LoadedNetwork loaded = load_network(*exec_, request_.network, file, request_.allow_partial);
    network_ = std::move(loaded.network);
    const auto& missing = loaded.summary.report.missing;
    if (!loaded.summary.whole_network && !missing.empty()) {
      say(str(missing.size(), " encoder tensors are not in ", file,
              " and have random values, from '", missing.front(), "' on"));
    }
  }

  void begin(TrainingRun& run) {
    const bool resumed = request_.resume && run.resume();
    if (request_.resume && !resumed) {
      // Killed before its first checkpoint: nothing is lost, and without --resume it is refused.
      say(str("no checkpoint in ", (folder_ / "checkpoints").string(),
              " yet: the run starts from its beginning"));
    }
    output_.err << "train " << request_.network << ": " << run.total_steps() << " steps of "
                << request_.batch << " images at " << request_.size << 'x' << request_.size
                << " on " << exec_->device();
    if (ranks_.ranks() > 1) output_.err << ", on each of " << ranks_.ranks() << " ranks";
    if (resumed) output_.err << "; resumed after step " << run.position().step;
    output_.err << '\n';
    if (run.total_steps() <= kFewSteps) {
      say(str(run.total_steps(), " steps in all show that everything works, not what ",
              request_.network, " can learn; published runs have thousands"));
    }
  }

  bool train(TrainingRun& run) {
    Progress progress(output_.err, "train", run.total_steps(), stderr_is_terminal(),
                      run.position().step);
    progress_ = &progress;
    const bool finished = run.train();
    progress_ = nullptr;
    return finished;
  }

  TrainingWatcher watcher() {
    TrainingWatcher watcher{.on_step =
                                [this](const StepReport& report, const TrainingPosition&) {
                                  sum_ += report.total;
                                  ++count_;
                                  progress_->advance(1, str("loss ", rounded(report.total)));
                                },
                            .on_epoch =
                                [this](int epoch, const fs::path& weights) {
                                  say(str("epoch ", epoch, "/", request_.epochs, ": mean loss ",
                                          rounded(sum_ / static_cast<double>(count_)),
                                          ", weights in ", weights.string()));
                                  sum_ = 0;
                                  count_ = 0;
                                },
                            .say = [this](const std::string& sentence) { say(sentence); },
                            .stop_requested = [this] { return signal_->requested(); }};
    if (!vals_.empty()) watcher.score = [this](int epoch) { return score(epoch); };
    return watcher;
  }

  [[noreturn]] void stopped(const TrainingPosition& position) {
    throw Interrupted(str("stopped after step ", position.step, ", with a checkpoint in ",
                          folder_.string(), "; go on with: ", resume_command()),
                      signal_->requested() ? signal_->exit_code() : kStoppedByAnotherRank);
  }

  std::string resume_command() const {
    std::vector<std::string> command = output_.command;
    if (std::find(command.begin(), command.end(), "--resume") == command.end()) {
      command.emplace_back("--resume");
    }
    const int ranks = ranks_.ranks();
    return (ranks > 1 ? str("mpirun -n ", ranks, " ") : "") + shell_line(command);
  }

  std::vector<Metrics> score(int epoch) {
    network_->eval();
    network_->prepare_inference();
    std::vector<EvaluationResult> results;
    for (const data::SampleList& list : vals_) {
      results.push_back(
          evaluate(*exec_, saliency_of(*network_, /*at_input_size=*/false), list,
                   {.size = request_.size, .on_failure = [this](const auto& s) { say(s); }}));
    }
    network_->train();
    say(str("after epoch ", epoch, ":\n", table_of(results)));
    std::vector<Metrics> lines;
    for (const ScoredSet& set : scored_sets(results)) lines.push_back(line_of(epoch, set));
    return lines;
  }

  // The end of stage 1: labels of every training set, all videos' frames included.
  void make_labels() {
    network_->eval();
    network_->prepare_inference();
    data::DatasetOptions options = options_;
    options.masks_required = false;
    std::vector<EvaluationResult> results;
    for (const data::SampleList& list :
         lists_for(*network_, training_vals(request_.letters), options)) {
      results.push_back(evaluate_set(*exec_, *network_, list, {.size = request_.size},
                                     data::pseudo_label_folder(list.task, set_name(list), options_),
                                     output_));
    }
    output_.out << table_of(results);
    check_all_done(results);
  }

  static constexpr int kStoppedByAnotherRank = 128 + SIGTERM;

  const TrainRequest& request_;
  std::unique_ptr<Exec> exec_;
  std::unique_ptr<Communicator> communicator_;  // nullptr: alone
  OverRanks ranks_;
  std::ostream silence_{nullptr};
  std::ostream& errors_;  // of every rank
  Output output_;         // of rank 0; silent on the others
  ProfileSession profile_;
  data::DatasetOptions options_;
  fs::path folder_;
  std::vector<data::SampleList> vals_;  // scored after every epoch
  std::unique_ptr<Network> network_;
  const StopSignal* signal_ = nullptr;
  Progress* progress_ = nullptr;
  double sum_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace

void train_network(const TrainRequest& request, const Output& output) {
  TrainNetwork(request, output).run();
}

}  // namespace salix::cli
