#include "tools/train/run_training.h"

#include <ostream>

#include "tools/cli/console.h"
#include "train/loop/over_ranks.h"
#include "train/session/interrupted.h"
#include "train/session/training_session.h"

namespace salix::cli {
namespace {

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

std::unique_ptr<Console> console_of(bool writes, const Output& output) {
  if (writes) return std::make_unique<StreamConsole>(output);
  return std::make_unique<QuietConsole>(output.err);
}

}  // namespace

void run_training(TrainFlags& flags, const Output& output) {
  TrainingRequest& request = flags.training;
  request.sources = flags.data.options();
  request.on_bad_image =
      flags.on_bad_image == "skip" ? data::OnBadImage::kSkip : data::OnBadImage::kFail;
  request.command = output.command;
  const std::unique_ptr<Exec> exec = make_exec(share_of(flags.common));
  const RanksSession ranks(*exec, request.sync_batch_norm);
  const bool writes = OverRanks(*exec).writes();
  const std::unique_ptr<Console> console = console_of(writes, output);
  ProfileSession profile(*exec, flags.common);
  try {
    TrainingSession(*exec, request, *console).run();
  } catch (const Interrupted&) {  // as all ranks are
    throw;
  } catch (const std::exception& error) {
    if (ranks.communicator() == nullptr) throw;
    // A rank that fails must not leave the others waiting for it.
    output.err << "salix: rank " << OverRanks(*exec).rank() << ": " << error.what() << std::endl;
    ranks.communicator()->abort();
  }
  if (writes) profile.finish(output.err);
}

}  // namespace salix::cli
