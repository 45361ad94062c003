// `salix eval`: scores saved maps against ground truth, as the original eval.py.
#include <CLI/CLI.hpp>
#include <fstream>
#include <thread>

#include "engine/io/atomic_file.h"
#include "engine/parallel.h"
#include "tools/cli/console.h"
#include "tools/cli/dataset_flags.h"
#include "tools/commands.h"
#include "tools/test/evaluate_sets.h"
#include "train/metrics/saved_maps.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

struct Request {
  std::vector<std::string> predictions, truths, names;
  std::string mode, maps = "./result/";  // the original eval.py's --mode and --pre-path
  DatasetFlags data;
  std::string csv, out;
  int threads = 0;
  bool json = false, allow_missing = false, nan_as_reference = false;
};

struct FilesOfSet {
  std::string name;
  std::vector<MapFiles> files;
};

std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t k = 0; k < std::min(names.size(), kShown); ++k)
    text += (k == 0 ? "" : ", ") + names[k];
  return names.size() > kShown ? str(text, " and ", names.size() - kShown, " more") : text;
}

void report_missing(const std::vector<std::string>& names, std::size_t found,
                    const std::string& where, const Request& request, const Output& output) {
  if (names.empty()) return;
  const std::string what =
      str(names.size(), " of ", names.size() + found, " truths ", where, ": ", joined(names));
  if (!request.allow_missing || found == 0)
    throw IoError(str("eval: ", what, "; add them, or score the others with --allow-missing"));
  output.err << "note: " << what << "; left out\n";
}

FilesOfSet match(const std::string& name, const fs::path& predictions, const fs::path& truths,
                 const Request& request, const Output& output) {
  MatchedFolders matched = match_folders(predictions, truths, notes_on(output.err));
  report_missing(
      matched.missing, matched.files.size(),
      str("in '", truths.string(), "' have no map of that name in '", predictions.string(), "'"),
      request, output);
  if (matched.unused > 0) {
    output.err << "note: " << matched.unused << " maps in '" << predictions.string()
               << "' have no truth and are not scored\n";
  }
  return {name, std::move(matched.files)};
}

// The original's layout: the maps of each data set in <pre-path>/<set>/<name>.png.
std::vector<FilesOfSet> match_sets(const Request& request, const Output& output) {
  data::DatasetOptions options = request.data.options();
  options.modality_required = false;  // maps and masks are all that is read
  std::vector<FilesOfSet> matched;
  for (const data::SampleList& list : data::evaluation_lists(request.mode, options)) {
    const fs::path folder = fs::path(request.maps) / set_name(list);
    if (!fs::is_directory(folder)) {
      output.err << "note: no maps of " << list.name << ": '" << folder.string()
                 << "' is not a folder; left out\n";
      continue;
    }
    FilesOfSet set{list.name, {}};
    std::vector<std::string> missing;
    for (const data::SampleFiles& sample : list.samples) {
      const fs::path map = folder / (sample.name + ".png");
      if (fs::exists(map)) {
        set.files.push_back({sample.name, map, sample.mask});
      } else {
        missing.push_back(sample.name);
      }
    }
    report_missing(missing, set.files.size(),
                   str("of ", list.name, " have no map in '", folder.string(), "'"), request,
                   output);
    matched.push_back(std::move(set));
  }
  if (matched.empty()) {
    throw IoError(str("eval: --pre-path '", request.maps,
                      "' must have a folder of maps for a set of --mode ", request.mode,
                      "; it has none"));
  }
  return matched;
}

// The last folder's name: maps/DUTS-TE/ is "DUTS-TE".
std::string name_of(const std::string& folder) {
  const fs::path path = fs::path(folder).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

std::vector<FilesOfSet> match_all(const Request& request, const Output& output) {
  if (!request.mode.empty()) return match_sets(request, output);
  const std::size_t sets = request.predictions.size();
  SALIX_CHECK(sets > 0 && !request.truths.empty(),
              "eval: needs --pred and --gt, or --mode for the data sets of tasks");
  SALIX_CHECK(request.truths.size() == sets || request.truths.size() == 1,
              "eval: --gt must be given once for all, or once per --pred; got ",
              request.truths.size(), " for ", sets);
  SALIX_CHECK(request.names.empty() || request.names.size() == sets,
              "eval: --name must be given once per --pred; got ", request.names.size(), " for ",
              sets);
  std::vector<FilesOfSet> matched;
  for (std::size_t k = 0; k < sets; ++k) {
    const std::string& folder = request.predictions[k];
    matched.push_back(match(request.names.empty() ? name_of(folder) : request.names[k], folder,
                            request.truths[request.truths.size() == 1 ? 0 : k], request, output));
  }
  return matched;
}

void evaluate(const std::vector<FilesOfSet>& sets, const Request& request, const Output& output) {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  set_thread_count(request.threads > 0 ? request.threads : cores);
  std::int64_t total = 0;
  for (const FilesOfSet& set : sets) total += static_cast<std::int64_t>(set.files.size());
  std::vector<ScoredSet> scored;
  {
    Progress progress(output.err, "eval", total, stderr_is_terminal());
    for (const FilesOfSet& set : sets) {
      scored.push_back(score_files(set.name, set.files,
                                   {.nan_as_reference = request.nan_as_reference},
                                   [&] { progress.advance(); }));
    }
  }
  if (!request.csv.empty())
    io::write_file_atomically(request.csv, io::bytes_of(images_csv(scored)));
  if (!request.out.empty()) write_score_files(request.out, scored);
  output.out << (request.json ? scores_json(scored) : scores_table(scored));
}

}  // namespace

void add_eval(CLI::App& app, const Output& output) {
  CLI::App* command = app.add_subcommand("eval", "scores of saved maps against ground truth");
  const auto request = std::make_shared<Request>();
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
  command->callback([request, output] { evaluate(match_all(*request, output), *request, output); });
}

}  // namespace salix::cli
