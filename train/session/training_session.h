// A training from a request to its last weights: network, samples, run folder, loop, scores and
// what the recipe leaves behind. Over several ranks every process has a session.
#pragma once

#include <memory>
#include <set>
#include <span>

#include "engine/comm/communicator.h"
#include "models/weights/load_network.h"
#include "train/console/console.h"
#include "train/loop/stop_signal.h"
#include "train/run_folder/run_directory.h"
#include "train/session/training_request.h"

namespace salix {

// Joins the ranks that a launcher has started, for as long as it lives.
class RanksSession {
 public:
  RanksSession(Exec& exec, bool sync_batch_norm);
  ~RanksSession();
  RanksSession(const RanksSession&) = delete;
  RanksSession& operator=(const RanksSession&) = delete;
  // nullptr: alone.
  Communicator* communicator() const { return communicator_.get(); }

 private:
  Exec& exec_;
  std::unique_ptr<Communicator> communicator_;
};

class TrainingSession {
 public:
  // All must outlive this. On ranks that do not write, `console` should pass on notes alone: the
  // other sentences are everybody's.
  TrainingSession(Exec& exec, const TrainingRequest& request, Console& console);

  // SIGINT and SIGTERM finish the iteration and write a checkpoint.
  // Errors    Interrupted, which says how to go on; InvalidInput and IoError before anything is
  //           computed; as TrainingRun::train() afterwards.
  void run();

 private:
  void note(const std::string& sentence);
  // Tells what is strange about the files, before anything is computed of them.
  void question(const std::vector<data::SampleFiles>& samples) const;
  void load();
  void compare_contents(const RunDirectory& directory, std::span<const std::filesystem::path> files,
                        std::span<const std::string> hashes);
  std::vector<data::SampleFiles> check_request();
  void say_what_is_there(const std::vector<data::SampleFiles>& samples);
  RunDirectory open(const ManifestRequest& manifest) const;
  TrainingRunParams run_params(const RunIdentity& identity) const;
  TrainingWatcher watcher();
  void begin(TrainingRun& run);
  bool train(TrainingRun& run);
  void finish();
  std::vector<Metrics> score(int epoch);
  [[noreturn]] void stopped(const TrainingPosition& position) const;

  Exec& exec_;
  const TrainingRequest& request_;
  Console& console_;
  OverRanks ranks_;
  data::DatasetOptions sources_;
  std::set<std::string> said_;  // of the sources
  RunPlan plan_;
  std::unique_ptr<Network> network_;
  WeightsSummary weights_;
  std::vector<data::SampleList> scored_lists_;
  const StopSignal* signal_ = nullptr;
  std::unique_ptr<ProgressBar> bar_;
  double loss_sum_ = 0;
  std::int64_t loss_count_ = 0;
};

}  // namespace salix
