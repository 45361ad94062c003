#include "train/inference/pseudo_labels.h"

namespace salix {
namespace {

namespace fs = std::filesystem;

// rename() does not replace a folder that has files in it: the old one steps aside first.
void replace_folder(const fs::path& partial, const fs::path& folder) {
  // A name that nobody gives to a folder of their own.
  const fs::path old = folder.parent_path() / str(".", folder.filename().string(), ".replaced");
  fs::remove_all(old);
  if (fs::exists(folder)) fs::rename(folder, old);
  fs::rename(partial, folder);
  fs::remove_all(old);
}

}  // namespace

EvaluationResult make_pseudo_labels(Exec& exec, const SaliencyFunction& network,
                                    const data::SampleList& list, const fs::path& folder,
                                    EvaluationParams params) {
  const fs::path partial = folder.string() + ".partial";
  fs::remove_all(partial);
  fs::create_directories(partial);
  params.crf = true;
  params.maps = partial;
  EvaluationResult result = evaluate(exec, network, list, params);
  if (result.failed.empty() && result.stopped == 0) replace_folder(partial, folder);
  return result;
}

}  // namespace salix
