#include "data/sets/dataset.h"

#include <algorithm>
#include <sstream>

#include "data/sets/dataset_layout.h"
#include "data/sets/exclusions.h"
#include "data/sets/folder_names.h"
#include "data/sets/sample_files.h"
#include "engine/error.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;
using detail::FileIndex;
using detail::Missing;

// Which files must be there.
struct Needs {
  bool masks = false;
  bool modality = false;
};

const std::vector<std::string>& sets_of(Task task, const SetNames& chosen,
                                        const std::vector<std::string>& published) {
  const auto found = chosen.find(task);
  return found == chosen.end() ? published : found->second;
}

// Folders in which stage 2 may find the labels of a set, the best first.
std::vector<fs::path> pseudo_candidates(Task task, const std::string& set,
                                        const DatasetOptions& options) {
  const auto chosen = options.pseudo_folders.find(task);
  if (chosen != options.pseudo_folders.end()) return {chosen->second / set, chosen->second};
  std::vector<fs::path> folders = {pseudo_label_folder(task, set, options)};
  if (task == Task::kDepth) folders.push_back(options.pseudo_root / "d-split" / set);
  if (task == Task::kThermal) folders.push_back(options.pseudo_root / "t-split" / set);
  if (task == Task::kVideo) folders.push_back(options.pseudo_root / "o-joint" / set);
  return folders;
}

fs::path find_pseudo_labels(Task task, const std::string& set, const DatasetOptions& options,
                            Missing& missing) {
  const std::vector<fs::path> candidates = pseudo_candidates(task, set, options);
  std::error_code ignored;
  for (const fs::path& folder : candidates)
    if (fs::is_directory(folder, ignored)) return folder;
  std::string text = str("the pseudo labels of ", set, "; looked for");
  for (const fs::path& folder : candidates) text += str(" '", folder.string(), "'");
  missing.add(text);
  return {};
}

fs::path find_scribbles(const SetFolders& folders, Missing& missing) {
  fs::path folder = folders.base / "scribble";
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return folder;
  missing.add(str("the scribbles of ", folders.name, "; looked for '", folder.string(), "'"));
  return {};
}

// The file called `name`, or a note of what is missing.
fs::path find_file(const FileIndex& index, const std::string& name, const fs::path& folder,
                   const std::string& extension, Missing* missing) {
  const auto found = index.find(name);
  if (found != index.end()) return found->second;
  if (missing != nullptr) missing->add(str("'", (folder / (name + extension)).string(), "'"));
  return {};
}

// The folders and images of a set; without images if one of them is not there.
struct FoundSet {
  SetFolders folders;
  std::vector<detail::NamedImage> images;
  FileIndex masks_beside;  // of a set whose masks lie among its images
};

FoundSet find_images(Task task, const std::string& set, const DatasetOptions& options,
                     Missing& missing) {
  FoundSet found;
  try {
    found.folders = find_set(task, set, options.root);
    detail::FolderScan scan = detail::scan_folder(found.folders.images, /*recursive=*/true);
    if (found.folders.masks.empty()) found.masks_beside = detail::take_masks(scan);
    if (!found.masks_beside.empty()) found.folders.masks = found.folders.images;
    found.images = detail::named_images(scan, options.warn);
  } catch (const IoError& error) {
    missing.add(error.what());
  }
  return found;
}

// What a set lacks, with what it has instead.
std::string missing_folder(const SetFolders& folders, const std::string& own) {
  return str("folder '", (folders.base / own).string(), "', or another of such a name; ",
             detail::folders_text(folders.base));
}

std::vector<SampleFiles> match_files(Task task, const FoundSet& found, Needs needs,
                                     const DatasetOptions& options, Missing& missing) {
  const SetLayout& layout = layout_of(task);
  const SetFolders& folders = found.folders;
  const bool beside = folders.masks == folders.images;
  const FileIndex mask_files =
      beside ? found.masks_beside
             : detail::index_images(folders.masks, kMaskExtension, options.warn);
  const FileIndex modality_files =
      detail::index_images(folders.modality, layout.modality_extension, options.warn);
  if (folders.modality.empty() && task != Task::kColour && needs.modality)
    missing.add(missing_folder(folders, layout.modality));
  if (folders.masks.empty() && needs.masks) missing.add(missing_folder(folders, layout.masks));

  std::vector<SampleFiles> samples;
  for (const detail::NamedImage& image : found.images) {
    SampleFiles& sample = samples.emplace_back();
    sample.task = task;
    sample.set = folders.name;
    sample.name = image.name;
    sample.image = image.path;
    sample.reading = options.reading;
    const bool report_mask = needs.masks && !folders.masks.empty();
    sample.mask = find_file(mask_files, image.name, folders.masks, kMaskExtension,
                            report_mask ? &missing : nullptr);
    if (!folders.modality.empty())
      sample.modality = find_file(modality_files, image.name, folders.modality,
                                  layout.modality_extension, needs.modality ? &missing : nullptr);
  }
  return samples;
}

void leave_out_excluded(SampleList& list, const DatasetOptions& options) {
  std::vector<std::string> names;
  for (const SampleFiles& sample : list.samples) names.push_back(sample.name);
  const std::set<std::string> out = names_left_out(list.samples.front().set, names, options);
  std::erase_if(list.samples, [&](const SampleFiles& s) { return out.contains(s.name); });
}

std::string joined(const std::vector<std::string>& names, const char* between) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : between) + name;
  return text;
}

// Those of `sets` that are read. Of several of which some are not there, either those are left
// out, or the message that they are missing says how to ask for the others.
std::vector<std::string> chosen_of(Task task, const std::vector<std::string>& sets, bool test_sets,
                                   const DatasetOptions& options, Missing& missing) {
  std::vector<std::string> there, absent;
  for (const std::string& set : sets)
    (set_is_there(task, set, options.root) ? there : absent).push_back(set);
  if (there.empty() || absent.empty()) return sets;
  if (options.available_only) {
    if (options.warn) options.warn("left out, not there: " + joined(absent, ", "));
    return there;
  }
  missing.advise(str("these are there: ", joined(there, ", "), "; ask for them with --",
                     test_sets ? "test" : "train", "-set ", letter_of(task), "=",
                     joined(there, ","), ", or with --available"));
  return sets;
}

void add_lists(Task task, char which, const DatasetOptions& options, Missing& missing,
               std::vector<SampleList>& lists) {
  const bool tests = which == 'e';
  const auto& sets = tests ? sets_of(task, options.test_sets, default_test_sets(task))
                           : sets_of(task, options.training_sets, default_training_sets(task));
  for (const std::string& set : chosen_of(task, sets, tests, options, missing)) {
    const FoundSet found = find_images(task, set, options, missing);
    if (found.images.empty()) continue;
    SampleList& list = lists.emplace_back();
    list.task = task;
    list.name = str(letter_of(task), "_", found.folders.name);
    list.samples = match_files(task, found, {options.masks_required, options.modality_required},
                               options, missing);
    leave_out_excluded(list, options);
  }
}

}  // namespace

fs::path pseudo_label_folder(Task task, const std::string& set, const DatasetOptions& options) {
  const auto chosen = options.pseudo_folders.find(task);
  if (chosen != options.pseudo_folders.end()) return chosen->second / set;
  return options.pseudo_root / std::string(1, letter_of(task)) / set;
}

std::vector<SampleFiles> training_samples(const std::string& letters, const TrainingFiles& files,
                                          const DatasetOptions& options) {
  Missing missing;
  std::vector<SampleFiles> all;
  for (const Task task : tasks_of(letters)) {
    for (const std::string& set :
         sets_of(task, options.training_sets, default_training_sets(task))) {
      FoundSet found = find_images(task, set, options, missing);
      if (found.images.empty()) continue;
      if (files.thin_videos) {
        found.images = detail::subsample_select_videos(std::move(found.images));
      }
      if (files.labels == Labels::kScribbles) {
        found.folders.masks = find_scribbles(found.folders, missing);
        if (found.folders.masks.empty()) continue;
      }
      if (files.labels == Labels::kPseudo) {
        found.folders.masks = find_pseudo_labels(task, found.folders.name, options, missing);
        if (found.folders.masks.empty()) continue;
      }
      auto samples = match_files(
          task, found,
          {.masks = files.labels != Labels::kNotNeeded, .modality = options.modality_required},
          options, missing);
      for (SampleFiles& sample : samples) sample.has_truth = files.labels == Labels::kGroundTruth;
      std::move(samples.begin(), samples.end(), std::back_inserter(all));
    }
  }
  missing.report("training_samples");
  return all;
}

std::vector<SampleList> evaluation_lists(const std::string& vals, const DatasetOptions& options) {
  Missing missing;
  std::vector<SampleList> lists;
  std::vector<std::string> seen;
  std::istringstream items(vals == "all" ? "ce,de,oe,te" : vals);
  for (std::string item; std::getline(items, item, ',');) {
    SALIX_CHECK(item.size() == 2 && (item[1] == 'e' || item[1] == 'r'),
                "evaluation_lists: an item is a task letter and e (test sets) or r (training "
                "sets), or all of them \"all\"; got '",
                item, "' in '", vals, "'");
    if (std::find(seen.begin(), seen.end(), item) != seen.end()) continue;
    seen.push_back(item);
    add_lists(task_of(item[0]), item[1], options, missing, lists);
  }
  SALIX_CHECK(!seen.empty(), "evaluation_lists: name at least one list, such as ce; got '", vals,
              "'");
  missing.report("evaluation_lists");
  return lists;
}

}  // namespace salix::data
