#include "train/session/training_session.h"

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "engine/pinned_memory.h"
#include "train/inference/scored_lists.h"
#include "train/metrics/score_columns.h"
#include "train/run_folder/content_hashes.h"
#include "train/run_folder/hash.h"
#include "train/session/interrupted.h"

namespace salix {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFewSteps = 50;
constexpr int kStoppedByAnotherRank = 128 + SIGTERM;

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

std::string resume_command(std::vector<std::string> command, int ranks) {
  if (std::find(command.begin(), command.end(), "--resume") == command.end()) {
    command.emplace_back("--resume");
  }
  return (ranks > 1 ? str("mpirun -n ", ranks, " ") : "") + shell_line(command);
}

}  // namespace

RanksSession::RanksSession(Exec& exec, bool sync_batch_norm)
    : exec_(exec), communicator_(make_communicator(exec)) {
  exec_.extension<Ranks>().communicator = communicator_.get();
  exec_.extension<Ranks>().sync_batch_norm = sync_batch_norm;
}

RanksSession::~RanksSession() { exec_.extension<Ranks>().communicator = nullptr; }

TrainingSession::TrainingSession(Exec& exec, const TrainingRequest& request, Console& console)
    : exec_(exec),
      request_(request),
      console_(console),
      ranks_(exec),
      sources_(request.sources),
      plan_(request.recipe->plan()) {
  sources_.warn = [this](const std::string& sentence) {
    if (said_.insert(sentence).second) note(sentence);  // a folder may be in several lists
  };
}

void TrainingSession::run() {
  std::vector<data::SampleFiles> samples = check_request();
  const RunIdentity samples_only{.config_hash = {}, .dataset_hash = samples_hash(samples)};
  const std::vector<fs::path> files = files_of(samples);
  std::vector<std::string> contents;
  if (ranks_.writes()) contents = content_hashes(files);
  const std::string set = "trset " + plan_.letters;
  const ManifestRequest manifest{
      request_.command,
      {{set, samples_only.dataset_hash}, {set + " contents", lines_hash(contents)}},
      request_.initial_weights()};
  if (!ranks_.writes()) ranks_.wait_for_all();  // rank 0 first: it makes the folder
  const RunDirectory directory = open(manifest);
  if (ranks_.writes()) compare_contents(directory, files, contents);
  say_what_is_there(samples);
  const std::uint64_t seed = exec_.options().seed;
  request_.recipe->prepare(directory.folder(), samples, seed);
  if (ranks_.writes()) ranks_.wait_for_all();

  const std::int64_t batch = std::int64_t{ranks_.ranks()} * plan_.batch;
  const auto steps_per_epoch = static_cast<std::int64_t>(samples.size()) / batch;
  const std::unique_ptr<TrainingStep> step =
      request_.recipe->step({exec_, *network_, samples, steps_per_epoch, seed});
  const StopSignal signal;  // before the run, so that a second signal finds it while that ends
  signal_ = &signal;
  TrainingRun run(exec_, *step, samples, request_.recipe->reader(),
                  run_params({directory.config_hash(), samples_only.dataset_hash}), watcher());
  begin(run);
  if (ranks_.writes()) {
    if (request_.resume) directory.note_resume(manifest, run.position().step);
    if (request_.score_at_start && run.position().step == 0) score(0);
  }
  if (!train(run)) stopped(run.position());
  if (ranks_.writes()) finish();
  ranks_.wait_for_all();
}

// Of what all ranks see, one speaks.
void TrainingSession::note(const std::string& sentence) {
  if (ranks_.writes()) console_.note(sentence);
}

RunDirectory TrainingSession::open(const ManifestRequest& manifest) const {
  const std::string config = config_json(request_, exec_);
  const fs::path folder = request_.folder();
  return request_.resume || !ranks_.writes()
             ? RunDirectory::resume(folder, config)
             : RunDirectory::create(folder, config, manifest_json(exec_, manifest));
}

TrainingRunParams TrainingSession::run_params(const RunIdentity& identity) const {
  TrainingRunParams params{.folder = request_.folder(),
                           .identity = identity,
                           .loader = {.batch = plan_.batch,
                                      .workers = request_.workers,
                                      .seed = exec_.options().seed,
                                      .on_bad_image = request_.on_bad_image},
                           .length = plan_.length,
                           .weights = {request_.weights_name(), plan_.snapshots},
                           .checkpoint_every = request_.checkpoint_every,
                           .keep_checkpoints = request_.keep,
                           .audit_trace = request_.audit_trace};
  params.loader.warn = [this](const std::string& sentence) {
    console_.note(ranks_.writes() ? sentence : str("rank ", ranks_.rank(), ": ", sentence));
  };
  if (!exec_.device().is_host()) {
    params.one_in_flight = true;
    params.loader.memory = make_pinned_memory(exec_.device());
  }
  return params;
}

TrainingWatcher TrainingSession::watcher() {
  TrainingWatcher watcher{
      .on_step =
          [this](const StepSummary& summary, const TrainingPosition&) {
            loss_sum_ += summary.total;
            ++loss_count_;
            bar_->advance(1, str("loss ", rounded(summary.total)));
          },
      .on_weights =
          [this](int epoch, const fs::path& weights) {
            const std::string of = plan_.length.iterations > 0
                                       ? str("epoch ", epoch)
                                       : str("epoch ", epoch, "/", plan_.length.epochs);
            console_.say(str(of, ": mean loss ",
                             rounded(loss_sum_ / static_cast<double>(loss_count_)), ", weights in ",
                             weights.string()));
            loss_sum_ = 0;
            loss_count_ = 0;
          },
      .say = [this](const std::string& sentence) { console_.say(sentence); },
      .stop_requested = [this] { return signal_->requested(); }};
  if (!scored_lists_.empty()) watcher.score = [this](int epoch) { return score(epoch); };
  return watcher;
}

void TrainingSession::begin(TrainingRun& run) {
  const bool resumed = request_.resume && run.resume();
  if (request_.resume && !resumed) {
    // Killed before its first checkpoint: nothing is lost, and without --resume it is refused.
    note(str("no checkpoint in ", (request_.folder() / "checkpoints").string(),
             " yet: the run starts from its beginning"));
  }
  console_.say(str("train ", request_.network, ": ", run.total_steps(), " steps of ", plan_.batch,
                   " images at ", plan_.size, 'x', plan_.size, " on ", exec_.device(),
                   ranks_.ranks() > 1 ? str(", on each of ", ranks_.ranks(), " ranks") : "",
                   resumed ? str("; resumed after step ", run.position().step) : ""));
  if (run.total_steps() <= kFewSteps) {
    note(str(run.total_steps(), " steps in all show that everything works, not what ",
             request_.network, " can learn; published runs have thousands"));
  }
}

bool TrainingSession::train(TrainingRun& run) {
  bar_ = console_.progress("train", run.total_steps(), run.position().step);
  const bool finished = run.train();
  bar_.reset();
  return finished;
}

void TrainingSession::stopped(const TrainingPosition& position) const {
  throw Interrupted(str("stopped after step ", position.step, ", with a checkpoint in ",
                        request_.folder().string(),
                        "; go on with: ", resume_command(request_.command, ranks_.ranks())),
                    signal_->requested() ? signal_->exit_code() : kStoppedByAnotherRank);
}

std::vector<Metrics> TrainingSession::score(int epoch) {
  network_->eval();
  network_->prepare_inference();
  std::vector<EvaluationResult> results;
  for (const data::SampleList& list : scored_lists_) {
    results.push_back(
        evaluate_list(exec_, *network_, list,
                      {.size = plan_.size,
                       .scored_at = scored_at_of(network_->facts(), /*full_size=*/false),
                       .on_failure = [this](const auto& text) { console_.say(text); }},
                      /*labels=*/{}, {}));
  }
  network_->train();
  console_.say(str("after epoch ", epoch, ":\n", table_of(results)));
  std::vector<Metrics> lines;
  for (const ScoredSet& set : scored_sets(results)) lines.push_back(line_of(epoch, set));
  return lines;
}

void TrainingSession::finish() {
  network_->eval();
  network_->prepare_inference();
  request_.recipe->finish({exec_, *network_, sources_, console_});
}

}  // namespace salix
