#include "tools/predict/predict_paths.h"

#include <algorithm>
#include <ostream>

#include "data/image/image_io.h"
#include "engine/io/result_paths.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> results_of(const PredictJob& job, const std::string& name,
                                 const PredictRequest& request) {
  std::vector<fs::path> paths;
  for (const std::string& ending : result_endings(job, request)) {
    paths.push_back(fs::path(request.out) / (name + ending));
  }
  return paths;
}

void say_renamed(const std::vector<PredictJob*>& jobs, const Output& output) {
  constexpr std::size_t kShown = 5;
  for (std::size_t k = 0; k < std::min(jobs.size(), kShown); ++k) {
    output.err << "note: results of '" << jobs[k]->input.string() << "' are called '"
               << jobs[k]->name << "': those of another input have its name\n";
  }
  if (jobs.size() > kShown) {
    output.err << "note: and of " << jobs.size() - kShown << " more inputs likewise\n";
  }
}

io::ResultPaths inputs_of(const std::vector<PredictJob>& jobs, const ModalityFiles& modality,
                          const PredictRequest& request) {
  io::ResultPaths paths("predict");
  paths.input(request.weight);
  for (const PredictJob& job : jobs) paths.input(job.input);
  for (const auto& [name, file] : modality.all()) paths.input(file);
  return paths;
}

}  // namespace

std::vector<std::string> result_endings(const PredictJob& job, const PredictRequest& request) {
  if (job.is_array()) return {"_logits.npy"};
  std::vector<std::string> endings{".png"};
  if (request.overlay) endings.emplace_back("_overlay.png");
  if (request.cutout) endings.emplace_back("_cutout.png");
  if (request.logits) endings.emplace_back("_logits.npy");
  return endings;
}

void name_results(std::vector<PredictJob>& jobs, const ModalityFiles& modality,
                  const PredictRequest& request, const Output& output) {
  io::ResultPaths paths = inputs_of(jobs, modality, request);
  const auto add = [&](const PredictJob& job) {
    for (const fs::path& path : results_of(job, job.name, request)) {
      paths.add(path, str("'", job.input.string(), "'"));
    }
  };
  // Who can keep a file's own name does so, whoever else is there.
  std::vector<PredictJob*> met;
  for (PredictJob& job : jobs) {
    const std::vector<fs::path> results = results_of(job, job.name, request);
    if (std::ranges::any_of(results, [&](const auto& path) { return paths.has_result(path); })) {
      met.push_back(&job);
    } else {
      add(job);
    }
  }
  for (PredictJob* job : met) {
    const std::string own = job->name;
    const auto is_free = [&](const fs::path& path) { return paths.is_free(path); };
    for (int number = 2; !std::ranges::all_of(results_of(*job, job->name, request), is_free);) {
      job->name = str(own, "_", number++);
    }
    add(*job);
  }
  if (!request.contact_sheet.empty()) {
    data::check_image_name(request.contact_sheet);
    paths.add(request.contact_sheet, "the contact sheet");
  }
  paths.prepare();
  say_renamed(met, output);
}

}  // namespace salix::cli
