// `salix eval`: scores saved maps against ground truth, as the original eval.py.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <thread>

#include "engine/io/atomic_file.h"
#include "engine/io/result_paths.h"
#include "engine/parallel.h"
#include "tools/cli/progress.h"
#include "tools/eval/eval_sets.h"

namespace salix::cli {
namespace {

void plan_results(const std::vector<FilesOfSet>& sets, const EvalRequest& request) {
  io::ResultPaths paths("eval");
  for (const FilesOfSet& set : sets) {
    for (const MapFiles& files : set.files) {
      paths.input(files.prediction);
      paths.input(files.truth);
    }
  }
  if (!request.csv.empty()) paths.add(request.csv, "--csv");
  if (!request.out.empty()) {
    for (const std::filesystem::path& file : score_file_paths(request.out))
      paths.add(file, "--out");
  }
  paths.prepare();
}

void evaluate(const std::vector<FilesOfSet>& sets, const EvalRequest& request,
              const Output& output) {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  set_thread_count(request.threads > 0 ? request.threads : cores);
  plan_results(sets, request);
  std::int64_t total = 0;
  for (const FilesOfSet& set : sets) total += static_cast<std::int64_t>(set.files.size());
  const data::Reading reading = request.data.reading.reading();
  std::vector<ScoredSet> scored;
  {
    Progress progress(output.err, "eval", total, stderr_is_terminal());
    for (const FilesOfSet& set : sets) {
      scored.push_back(score_files(set.name, set.files, reading,
                                   {.nan_as_reference = request.nan_as_reference},
                                   [&] { progress.advance(); }));
    }
  }
  for (const ScoredSet& set : scored) {
    for (const data::Question& question : set.questions)
      output.err << "note: " << set.name << ": " << question.sentence() << '\n';
  }
  if (!request.csv.empty())
    io::write_file_atomically(request.csv, io::bytes_of(images_csv(scored)));
  if (!request.out.empty()) write_score_files(request.out, scored);
  output.out << (request.json ? scores_json(scored) : scores_table(scored));
}

}  // namespace

void add_eval(CLI::App& app, const Output& output) {
  CLI::App* command = app.add_subcommand("eval", "scores of saved maps against ground truth");
  const auto request = std::make_shared<EvalRequest>();
  command->add_option("--pred", request->predictions, "folder of maps; several for several sets")
      ->type_name("DIR");
  command->add_option("--gt", request->truths, "folder of masks, for each --pred or for all")
      ->type_name("DIR");
  command
      ->add_option("--mode", request->mode,
                   "instead: data sets by task letter and e (test sets) or r (training set), "
                   "as in ce,de, or all")
      ->excludes("--pred")
      ->excludes("--gt");
  command
      ->add_option("--pre-path,--pre_path", request->maps,
                   "with --mode: maps lie in <pre-path>/<set>/<name>.png; a set without a folder "
                   "is left out")
      ->capture_default_str()
      ->type_name("DIR");
  add_dataset_flags(*command, request->data);
  command->add_option("--pred-suffix,--map-suffix", request->suffix,
                      "end of the maps' names before the extension, as in NAME_sal.png");
  add_map_range(*command, request->data.reading);
  add_mask_levels(*command, request->data.reading);
  add_alpha(*command, request->data.reading);
  command->add_option("--name", request->names,
                      "name of each set in reports (default: its folder's)");
  command->add_option("--csv", request->csv, "write the scores of every image")->type_name("FILE");
  command
      ->add_option("-o,--out", request->out,
                   "write JSON, CSV and the curves as SVG and PNG into this folder")
      ->type_name("DIR");
  command->add_flag("--allow-missing", request->allow_missing, "leave out truths that have no map");
  command->add_flag("--reference-nan", request->nan_as_reference,
                    "undefined scores are NaN, as in the original program");
  command->add_option("--threads", request->threads, "CPU threads (default: all cores)")
      ->check(CLI::Range(1, 4096));
  command->add_flag("--json", request->json, "print the result as JSON");
  command->footer(
      "Maps and masks are matched by path without extension; a map of another size is resized.\n"
      "Examples:\n"
      "  salix eval --pred maps --gt ECSSD/masks\n"
      "  salix eval --mode ce --pre-path maps --data-path dataset\n"
      "  salix eval --pred ours theirs --gt ECSSD/masks -o report\n"
      "  salix eval --pred maps/ECSSD maps/SOD --gt ECSSD/masks SOD/masks --csv images.csv --json");
  command->callback(
      [request, output] { evaluate(match_sets(*request, output), *request, output); });
}

}  // namespace salix::cli
