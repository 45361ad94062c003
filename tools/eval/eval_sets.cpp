#include "tools/eval/eval_sets.h"

#include <filesystem>
#include <ostream>

#include "data/sets/exclusions.h"
#include "engine/text.h"
#include "tools/cli/console.h"
#include "train/inference/scored_lists.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamed = 10;

// What to do about maps of other names.
std::string advice(const MatchedFolders& matched, const fs::path& maps) {
  if (matched.unused.empty()) return "";
  const std::string suffix = likely_suffix(matched);
  return str("; '", maps.string(), "' has names like '", matched.unused.front(), "'",
             suffix.empty() ? "" : str(": match them with --pred-suffix ", suffix));
}

void report_missing(const MatchedFolders& matched, const fs::path& truths, const fs::path& maps,
                    const EvalRequest& request, const Output& output) {
  if (matched.missing.empty()) return;
  const std::size_t found = matched.files.size();
  const std::string what =
      str(matched.missing.size(), " of ", matched.missing.size() + found, " truths in '",
          truths.string(), "' have no map of that name", request.suffix.empty() ? "" : " + '",
          request.suffix, request.suffix.empty() ? "" : "'", " in '", maps.string(),
          "': ", first_of(matched.missing, kNamed), advice(matched, maps));
  if (found == 0) throw IoError(str("eval: ", what, "; none is left to score"));
  if (!request.allow_missing)
    throw IoError(str("eval: ", what, "; add them, or score the others with --allow-missing"));
  output.err << "note: " << what << "; left out\n";
}

data::DatasetOptions options_of(const EvalRequest& request, const Output& output) {
  data::DatasetOptions options = request.data.options();
  options.modality_required = false;  // maps and masks are all that is read
  options.warn = [&output](const std::string& sentence) {
    output.err << "note: " << sentence << '\n';
  };
  return options;
}

// The original's layout: the maps of each data set in <pre-path>/<set>/<name>.png.
std::vector<FilesOfSet> sets_of_mode(const EvalRequest& request, const Output& output) {
  const data::DatasetOptions options = options_of(request, output);
  std::vector<FilesOfSet> matched;
  std::vector<std::string> read;
  for (const data::SampleList& list : data::evaluation_lists(request.mode, options)) {
    read.push_back(set_name(list));
    const fs::path folder = fs::path(request.maps) / set_name(list);
    if (!fs::is_directory(folder)) {
      output.err << "note: no maps of " << list.name << ": '" << folder.string()
                 << "' is not a folder; left out\n";
      continue;
    }
    std::vector<MapFiles> truths;
    for (const data::SampleFiles& sample : list.samples)
      truths.push_back({sample.name, {}, sample.mask});
    MatchedFolders files =
        match_maps(folder, std::move(truths), {.suffix = request.suffix, .prefers_png = true},
                   notes_on(output.err));
    report_missing(files, list.samples.front().mask.parent_path(), folder, request, output);
    matched.push_back({list.name, std::move(files.files)});
  }
  data::warn_of_unused_exclusions(read, options);
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

void leave_out(const std::string& set, std::vector<MapFiles>& truths,
               const data::DatasetOptions& options) {
  std::vector<std::string> names;
  for (const MapFiles& truth : truths) names.push_back(truth.name);
  const std::set<std::string> out = data::names_left_out(set, names, options);
  std::erase_if(truths, [&](const MapFiles& truth) { return out.contains(truth.name); });
}

FilesOfSet set_of_folders(const std::string& name, const fs::path& maps, const fs::path& truths,
                          const EvalRequest& request, const Output& output) {
  const auto warn = notes_on(output.err);
  std::vector<MapFiles> scored = truths_in(truths, warn);
  const std::size_t all = scored.size();
  leave_out(name, scored, options_of(request, output));
  const std::size_t left_out = all - scored.size();
  MatchedFolders matched = match_maps(maps, std::move(scored), {.suffix = request.suffix}, warn);
  report_missing(matched, truths, maps, request, output);
  if (matched.unused.size() > left_out) {
    output.err << "note: " << matched.unused.size() << " maps in '" << maps.string()
               << "' have no truth and are not scored\n";
  }
  return {name, std::move(matched.files)};
}

std::vector<FilesOfSet> sets_of_folders(const EvalRequest& request, const Output& output) {
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
  std::vector<std::string> names;
  for (std::size_t k = 0; k < sets; ++k) {
    const std::string& folder = request.predictions[k];
    names.push_back(request.names.empty() ? name_of(folder) : request.names[k]);
    matched.push_back(set_of_folders(
        names.back(), folder, request.truths[request.truths.size() == 1 ? 0 : k], request, output));
  }
  data::warn_of_unused_exclusions(names, options_of(request, output));
  return matched;
}

}  // namespace

std::vector<FilesOfSet> match_sets(const EvalRequest& request, const Output& output) {
  return request.mode.empty() ? sets_of_folders(request, output) : sets_of_mode(request, output);
}

}  // namespace salix::cli
