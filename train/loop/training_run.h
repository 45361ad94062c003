// A whole training run around any TrainingStep: epochs or iterations, checkpoints, resume, logs,
// weights on the way, where the time goes. Over several ranks (Ranks in engine/comm) each has its
// share of every batch, and the first one writes.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/loading/loader.h"
#include "train/loop/iteration.h"
#include "train/loop/over_ranks.h"
#include "train/loop/step_profile.h"
#include "train/loop/weights_form.h"
#include "train/run_folder/checkpoint_folder.h"
#include "train/run_folder/loggers/metrics_log.h"
#include "train/run_folder/loggers/tensorboard_log.h"

namespace salix {

struct TrainingRunParams {
  std::filesystem::path folder;  // where everything is written; must exist
  RunIdentity identity = {};
  data::LoaderOptions loader = {};  // its batch is one rank's; the run sets rank and ranks
  RunLength length = {};
  WeightsForm weights = {};
  int checkpoint_every = 100;  // iterations; also at the end of every epoch
  int keep_checkpoints = 2;
  bool audit_trace = false;  // audit.jsonl: the hash of every tensor of every step
  // A GPU works on one iteration while the host logs the one before and queues the next. With
  // an audit trace every iteration is waited for.
  bool one_in_flight = false;
};

// What the caller sees and decides while the run goes on. All may be empty.
struct TrainingWatcher {
  // After every iteration, with the position of the next one; losses are means over the ranks.
  std::function<void(const StepSummary&, const TrainingPosition&)> on_step = {};
  // This and the next on rank 0 only.
  std::function<void(int epoch, const std::filesystem::path& weights)> on_weights = {};
  // Scores after weights were written: lines for metrics.jsonl, each with a text "set". Asked again
  // after a resume when the run was killed before they were written.
  std::function<std::vector<Metrics>(int epoch)> score = {};
  std::function<void(const std::string& sentence)> say = {};
  std::function<bool()> stop_requested = {};  // asked after every iteration; one rank is enough
};

class TrainingRun {
 public:
  // `step` must outlive the run; its network is put into train mode.
  TrainingRun(Exec& exec, TrainingStep& step, std::vector<data::SampleFiles> samples,
              std::shared_ptr<const data::SampleReader> reader, const TrainingRunParams& params,
              TrainingWatcher watcher);

  // Goes on from the newest checkpoint, on all ranks from the same. False when there is none.
  // Errors    as CheckpointFolder::resume(); InvalidInput when ranks found different ones.
  bool resume();

  // True when all is done; false when it was asked to stop, after a checkpoint.
  // Errors    NotFinite for a loss or weight that is not finite, IoError for a bad image (unless
  //           the loader skips them) or a full disk: what was written before stays. Other ranks
  //           then wait for ever: see Communicator::abort().
  bool train();

  std::int64_t total_steps() const;
  const TrainingPosition& position() const { return position_; }

 private:
  std::vector<StatePart*> parts();
  void open_logs();
  bool done() const;
  // Whether weights are due at the position reached, where `ended_epoch` ends; 0: none does.
  bool weights_due(std::int64_t ended_epoch) const;
  bool train_epoch();
  // An iteration that the device may still be working on.
  struct InFlight {
    data::Batch batch;
    TrainingPosition position;  // of the iteration after it
    QueuedStep queued;
    double loader_seconds = 0;
    double seconds = 0;        // that the host spent on it, waiting for the device included
    DeviceCounts counts = {};  // what the device was asked for meanwhile
    std::unique_ptr<StepProfile> profile = {};
  };

  void iterate(data::Batch batch, double loader_seconds);
  // Waits for the iteration that is in flight, if any, and logs it.
  void land();
  void log(const InFlight& done, const StepSummary& summary);
  void keep(std::int64_t step, const std::vector<LoggedPicture>& pictures);
  // Weights, the checkpoint behind them, the scores.
  void write_weights(bool epoch_ends);
  void score(int epoch);
  void save();

  Exec& exec_;
  OverRanks ranks_;
  TrainingStep& step_;
  Iteration iteration_;
  NetworkState network_state_;
  TrainingRunParams params_;
  TrainingWatcher watcher_;
  data::Loader loader_;
  CheckpointFolder checkpoints_;
  std::unique_ptr<MetricsLog> metrics_, timing_;
  std::unique_ptr<TensorBoardLog> tensorboard_;
  std::unique_ptr<AuditTrace> trace_;
  std::unique_ptr<InFlight> in_flight_;
  TrainingPosition position_;
  int iterations_here_ = 0;  // of this process
};

}  // namespace salix
