// A whole stage-1 training run: epochs, checkpoints, resume, logs, weights of every epoch.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/loader.h"
#include "train/checkpoint_folder.h"
#include "train/loggers/metrics_log.h"
#include "train/loggers/tensorboard_log.h"
#include "train/stage1/stage1_step.h"

namespace salix {

struct Stage1RunParams {
  std::filesystem::path folder;  // where everything is written; must exist
  RunIdentity identity = {};
  Stage1Params step = {};                 // steps_per_epoch and encoder_rests are set by the run
  data::LoaderOptions loader = {};        // its seed draws the second scales too
  std::optional<int> tune = {};           // instead of default_tune()
  std::string weights_name = "a2s_base";  // of epoch e: <weights_name>_<e>.pth
  int checkpoint_every = 100;             // iterations; also at the end of every epoch
  int keep_checkpoints = 2;
  bool audit_trace = false;  // audit.jsonl: the hash of every tensor of every step
};

// What the caller sees and decides while the run goes on. All may be empty.
struct Stage1Watcher {
  // After every iteration, with the position of the next one.
  std::function<void(const Stage1Report&, const TrainingPosition&)> on_step = {};
  std::function<void(int epoch, const std::filesystem::path& weights)> on_epoch = {};
  std::function<void(const std::string& sentence)> say = {};
  std::function<bool()> stop_requested = {};  // asked after every iteration
};

class Stage1Run {
 public:
  Stage1Run(Exec& exec, A2s& network, std::vector<data::SampleFiles> samples,
            const Stage1RunParams& params, Stage1Watcher watcher);

  // Goes on from the newest checkpoint. False when there is none.
  // Errors    as CheckpointFolder::resume().
  bool resume();

  // True when all epochs are done; false when it was asked to stop, after a checkpoint.
  // Errors    NotFinite for a loss or weight that is not finite, IoError for a bad image (unless
  //           the loader skips them) or a full disk: what was written before stays.
  bool train();

  std::int64_t total_steps() const { return step_.params().total_steps(); }
  const TrainingPosition& position() const { return position_; }
  bool skips_encoder() const { return step_.skips_encoder(); }

 private:
  bool train_epoch();
  void iterate(const data::Batch& batch);
  void finish_epoch();
  void save();

  Exec& exec_;
  A2s& network_;
  std::vector<data::SampleFiles> samples_;
  Stage1RunParams params_;
  Stage1Watcher watcher_;
  data::Loader loader_;
  Stage1Step step_;
  CheckpointFolder checkpoints_;
  std::unique_ptr<MetricsLog> metrics_;
  std::unique_ptr<TensorBoardLog> tensorboard_;
  std::unique_ptr<AuditTrace> trace_;
  TrainingPosition position_;
};

}  // namespace salix
