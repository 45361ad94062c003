#include "tools/scribble/scribble_sets.h"

#include <algorithm>

#include "data/scribbles/made_folder.h"
#include "data/sets/dataset_layout.h"
#include "engine/io/result_paths.h"
#include "engine/problems.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStandInFolder = "depth";

// The samples of each training set.
std::vector<data::SampleList> training_lists(const ScribbleRequest& request, Problems& problems,
                                             const data::Warn& warn) {
  data::DatasetOptions options = request.data.options();
  options.modality_required = false;  // what is missing is told with what can be done about it
  options.warn = warn;
  const data::SetNames chosen = options.training_sets;
  std::vector<data::SampleList> lists;
  for (const data::Task task : data::tasks_of(request.letters)) {
    const auto found = chosen.find(task);
    for (const std::string& set :
         found == chosen.end() ? data::default_training_sets(task) : found->second) {
      problems.collect([&] {
        options.training_sets = {{task, {set}}};
        data::SampleList list{.name = {}, .task = task, .samples = {}};
        list.samples = data::training_samples(std::string(1, data::letter_of(task)),
                                              {.labels = data::Labels::kGroundTruth}, options);
        list.name = str(data::letter_of(task), '_', list.samples.front().set);
        lists.push_back(std::move(list));
      });
    }
  }
  return lists;
}

std::vector<data::SampleList> lists_of(const ScribbleRequest& request, Problems& problems,
                                       const data::Warn& warn) {
  if (request.folders.images.empty()) return training_lists(request, problems, warn);
  std::vector<data::SampleList> lists;
  problems.collect([&] { lists.push_back(list_of_folders(request.folders, warn)); });
  const data::Reading reading = request.data.reading.reading();
  for (data::SampleList& list : lists)
    for (data::SampleFiles& sample : list.samples) sample.reading = reading;
  return lists;
}

void check_depth(const ScribbleSet& set, const ScribbleRequest& request) {
  if (request.stands_in() || set.stand_ins() == 0) return;
  const auto first = std::ranges::find_if(set.jobs, &ScribbleJob::stands_in);
  throw InvalidInput(
      str("scribble: ", set.stand_ins(), " of ", set.jobs.size(), " images of ", set.name,
          " have no depth map (the first is '", first->files.image.string(),
          "'), and DHFR's training looks at image and depth; give depth maps (",
          request.folders.images.empty() ? "a folder depth/ in the set" : "--modality DIR",
          "), or ask for --depth blurred-luminance or --depth constant, stand-ins that hold no "
          "depth"));
}

ScribbleSet set_of(const data::SampleList& list, bool alone, const ScribbleRequest& request) {
  ScribbleSet set;
  set.name = list.name;
  set.out = alone ? fs::path(request.out) : fs::path(request.out) / list.name;
  set.root = request.folders.images.empty() ? fs::path(request.data.root) : set.out;
  set.list = set.out / data::scribble_list_name(list.name.front(), list.name.substr(2));
  for (const data::SampleFiles& sample : list.samples) {
    const auto in = [&](const char* folder) { return set.out / folder / (sample.name + ".png"); };
    ScribbleJob& job = set.jobs.emplace_back();
    job.files = sample;
    // What an earlier call has written is no depth.
    const fs::path& depth = sample.modality;
    if (!depth.empty() && data::is_made_folder(depth.parent_path())) job.files.modality.clear();
    job.results = {.image = sample.image,
                   .depth = job.stands_in() ? in(kStandInFolder) : job.files.modality,
                   .scribbles = in(data::kScribbleFolder),
                   .regions = in(data::kRegionFolder),
                   .contours = in(data::kContourFolder)};
  }
  return set;
}

std::vector<fs::path> made_folders(const ScribbleSet& set) {
  std::vector<fs::path> folders;
  for (const char* folder : {data::kScribbleFolder, data::kRegionFolder, data::kContourFolder})
    folders.push_back(set.out / folder);
  if (set.stand_ins() > 0) folders.push_back(set.out / kStandInFolder);
  return folders;
}

void check_results(const ScribbleSet& set, io::ResultPaths& paths) {
  const std::vector<fs::path> folders = made_folders(set);
  for (const fs::path& folder : folders) data::check_made_folder(folder);
  SALIX_CHECK(!fs::exists(set.list) || data::is_made_folder(folders.front()), "scribble: '",
              set.list.string(), "' was not written by this command; choose another folder");
  paths.add(set.list, "the list");
  for (const ScribbleJob& job : set.jobs) {
    const std::string source = str("'", job.files.image.string(), "'");
    for (const fs::path& file : {job.results.scribbles, job.results.regions, job.results.contours})
      paths.add(file, source);
    if (job.stands_in()) paths.add(job.results.depth, source);
    data::scribble_list_line(job.results, set.root);  // says which path has a space
  }
}

}  // namespace

std::int64_t ScribbleSet::stand_ins() const {
  return std::ranges::count_if(jobs, &ScribbleJob::stands_in);
}

std::vector<ScribbleSet> plan_scribbles(const ScribbleRequest& request, const data::Warn& warn) {
  Problems problems;
  const std::vector<data::SampleList> lists = lists_of(request, problems, warn);
  std::vector<ScribbleSet> sets;
  for (const data::SampleList& list : lists)
    sets.push_back(set_of(list, lists.size() == 1, request));
  for (const ScribbleSet& set : sets) problems.collect([&] { check_depth(set, request); });
  problems.raise();
  io::ResultPaths paths("scribble");
  for (const ScribbleSet& set : sets) {
    for (const ScribbleJob& job : set.jobs) {
      paths.input(job.files.image);
      paths.input(job.files.mask);
      if (!job.stands_in()) paths.input(job.files.modality);
    }
  }
  for (const ScribbleSet& set : sets) check_results(set, paths);
  paths.prepare();
  for (const ScribbleSet& set : sets)
    for (const fs::path& folder : made_folders(set)) data::claim_made_folder(folder);
  return sets;
}

}  // namespace salix::cli
