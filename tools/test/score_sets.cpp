#include "tools/test/score_sets.h"

#include <filesystem>
#include <ostream>
#include <sstream>

#include "data/sets/exclusions.h"
#include "engine/problems.h"
#include "models/weights/load_network.h"
#include "tools/cli/console.h"
#include "tools/test/evaluate_sets.h"
#include "tools/test/samples_file.h"
#include "train/inference/list_results.h"
#include "train/inference/network_input.h"
#include "train/loop/stop_signal.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

struct Job {
  data::SampleList list;
  fs::path maps, labels;  // where results go; empty: nowhere
};

std::vector<Job> plan_lists(const TestRequest& request, const data::DatasetOptions& options) {
  std::vector<Job> jobs;
  for (const std::string& text : request.lists) {
    data::SampleList list = listed_set(network_facts(request.network), text, options);
    const fs::path maps = map_folder(request, list);
    jobs.push_back({.list = std::move(list), .maps = maps, .labels = {}});
  }
  return jobs;
}

std::vector<Job> plan(const TestRequest& request, const data::DatasetOptions& options) {
  if (!request.lists.empty()) return plan_lists(request, options);
  std::vector<Job> jobs;
  std::istringstream items(request.vals);
  const bool all = request.vals == "all";
  for (std::string item; std::getline(items, item, ',');) {
    const bool training = !all && item.size() == 2 && item[1] != 'e';
    for (data::SampleList& list : lists_for(network_facts(request.network), item, options)) {
      Job job{.list = std::move(list), .maps = {}, .labels = {}};
      if (request.save && training && request.crf) {
        job.labels = data::pseudo_label_folder(job.list.task, set_name(job.list), options);
        if (request.keep_labels && fs::exists(job.labels)) continue;
      } else {
        job.maps = map_folder(request, job.list);
      }
      jobs.push_back(std::move(job));
    }
  }
  return jobs;
}

fs::path samples_file(const TestRequest& request) {
  return fs::path(request.report) / "samples.json";
}

void plan_results(const TestRequest& request, const std::vector<Job>& jobs) {
  io::ResultPaths paths("test");
  paths.input(request.weight);
  for (const Job& job : jobs) add_inputs(paths, job.list);
  for (const Job& job : jobs) add_results(paths, job.list, job.maps, job.labels);
  if (!request.report.empty()) {
    for (const fs::path& file : score_file_paths(request.report)) paths.add(file, "--report");
    paths.add(samples_file(request), "--report");
  }
  paths.prepare();
}

void warn_of_unused_exclusions(const std::vector<Job>& jobs, const data::DatasetOptions& options) {
  std::vector<std::string> sets;
  for (const Job& job : jobs) sets.push_back(set_name(job.list));
  data::warn_of_unused_exclusions(sets, options);
}

void write_scores(const TestRequest& request, const std::vector<Job>& jobs,
                  const std::vector<EvaluationResult>& results) {
  const std::vector<ScoredSet> sets = scored_sets(results);
  if (request.report.empty() || sets.empty()) return;
  write_score_files(request.report, sets);
  std::vector<SavedSet> saved;
  for (const Job& job : jobs) saved.push_back({&job.list, job.maps, job.labels});
  write_samples(samples_file(request), saved);
}

}  // namespace

fs::path map_folder(const TestRequest& request, const data::SampleList& list) {
  if (!request.save) return {};
  return fs::path(request.save_path) / request.network / "resnet" / request.sub / list.name /
         (request.crf ? "crf" : "final");
}

std::vector<EvaluationResult> score_sets(const TestRequest& request, const Output& output) {
  const std::unique_ptr<Exec> exec = make_exec(request.common);
  ProfileSession profile(*exec, request.common);
  data::DatasetOptions options = request.data.options();
  options.warn = notes_on(output.err);
  // Pseudo labels are made of sets that have no masks.
  options.masks_required = !(request.save && request.crf);
  LoadedNetwork loaded;
  std::vector<Job> jobs;
  Problems problems;
  problems.collect([&] { check_input_size(network_facts(request.network), request.size); });
  problems.collect([&] {
    loaded = load_network(*exec, request.network, request.weight, request.allow_partial);
  });
  problems.collect([&] { jobs = plan(request, options); });
  problems.raise();
  plan_results(request, jobs);
  if (!loaded.summary.whole_network) {
    output.err << "note: " << request.weight
               << " is an encoder only: the decoder has untrained values\n";
  }
  // Of labels a pipeline makes only those that it will read: sets of other steps are not among
  // them.
  if (!request.keep_labels) warn_of_unused_exclusions(jobs, options);
  loaded.network->eval();
  loaded.network->prepare_inference();
  std::vector<EvaluationResult> results;
  results.reserve(jobs.size());
  const NetworkFacts& facts = loaded.network->facts();
  const StopSignal signal;
  for (const Job& job : jobs) {
    results.push_back(evaluate_set(*exec, *loaded.network, job.list,
                                   {.size = request.size,
                                    .scored_at = scored_at_of(facts, request.full_size),
                                    .batch = request.batch,
                                    .crf = request.crf,
                                    .maps = job.maps,
                                    .stop = [&] { return signal.exit_code(); }},
                                   job.labels, output));
    EvaluationResult& result = results.back();
    if (signal.requested() && results.size() < jobs.size()) result.stopped = signal.exit_code();
    if (result.stopped != 0) break;
  }
  profile.finish(output.err);
  const bool stopped = !results.empty() && results.back().stopped != 0;
  if (!stopped) write_scores(request, jobs, results);
  return results;
}

}  // namespace salix::cli
