#include "train/report/report_facts.h"

#include <algorithm>
#include <iterator>

#include "engine/error.h"

namespace salix::report {
namespace fs = std::filesystem;

namespace {

void append(Notes& notes, const Notes& more, const std::string& where) {
  for (const std::string& note : more)
    notes.push_back(where.empty() ? note : str(where, ": ", note));
}

StepFacts step_of(const Json& entry, const fs::path& folder, ReportFacts& facts) {
  StepFacts step{.name = text_of(entry, "name"),
                 .title = text_of(entry, "title"),
                 .state = text_of(entry, "state"),
                 .seconds = number_of(entry, "seconds").value_or(-1),
                 .run = {}};
  if (step.title.empty()) step.title = step.name;
  const std::string place = text_of(entry, "folder");
  std::error_code ignored;
  if (place.empty() || !fs::is_directory(folder / place) ||
      fs::equivalent(folder / place, folder, ignored))
    return step;
  RunFacts run = read_run(folder / place);
  append(facts.notes, run.notes, step.title);
  // Scores of a stage that stand in its own folder.
  Notes notes;
  for (Evaluation& evaluation : read_evaluations(folder / place, notes)) {
    evaluation.title = evaluation.name.empty() ? step.title : step.title + ", " + evaluation.name;
    evaluation.name = step.name;
    facts.evaluations.push_back(std::move(evaluation));
  }
  append(facts.notes, notes, step.title);
  if (!run.empty()) step.run = std::move(run);
  return step;
}

// scores/<name of a step>, with that step's title, in the order of the steps; then the others.
void add_evaluations(ReportFacts& facts) {
  std::vector<Evaluation> found = read_evaluations(facts.folder, facts.notes);
  for (Evaluation& evaluation : found)
    for (const StepFacts& step : facts.steps)
      if (step.name == evaluation.name && !step.title.empty()) evaluation.title = step.title;
  std::move(found.begin(), found.end(), std::back_inserter(facts.evaluations));
  const auto place = [&](const Evaluation& evaluation) {
    return std::find_if(facts.steps.begin(), facts.steps.end(),
                        [&](const StepFacts& step) { return step.name == evaluation.name; }) -
           facts.steps.begin();
  };
  std::stable_sort(facts.evaluations.begin(), facts.evaluations.end(),
                   [&](const Evaluation& a, const Evaluation& b) { return place(a) < place(b); });
}

// embeddings/<set>/<name>.png of a pipeline, where they are.
void add_embeddings(ReportFacts& facts) {
  std::error_code ignored;
  for (Evaluation& evaluation : facts.evaluations)
    for (SetSamples& set : evaluation.samples)
      for (Sample& sample : set.samples) {
        const fs::path file = facts.folder / "embeddings" / set.name / (sample.name + ".png");
        if (fs::is_regular_file(file, ignored)) sample.embedding = file;
      }
}

}  // namespace

ReportFacts read_report_facts(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw IoError(str("report: '", folder.string(), "' must be the folder of a run; it is none"));
  ReportFacts facts;
  facts.folder = folder;
  if (const auto pipeline = read_object(folder / "pipeline.json", facts.notes)) {
    facts.pipeline = true;
    facts.task = text_of(*pipeline, "task");
    facts.network = text_of(*pipeline, "network");
    for (const Json& entry : array_of(*pipeline, "steps"))
      if (entry.is_object()) facts.steps.push_back(step_of(entry, folder, facts));
    add_evaluations(facts);
    add_embeddings(facts);
    return facts;
  }
  RunFacts run = read_run(folder);
  if (!run.config && !run.manifest) {
    throw IoError(str("report: '", folder.string(),
                      "' must hold a config.json or manifest.json, as a run does, or a "
                      "pipeline.json; it has none that can be read"));
  }
  append(facts.notes, run.notes, "");
  facts.steps.push_back(
      {.name = "", .title = "", .state = "", .seconds = -1, .run = std::move(run)});
  facts.evaluations = read_evaluations(folder, facts.notes);
  return facts;
}

}  // namespace salix::report
