#include "train/metrics/saved_maps.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "data/image/image_io.h"
#include "data/meaning/read_meant.h"
#include "data/sets/file_list.h"
#include "engine/error.h"
#include "engine/parallel.h"

namespace salix {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamedFailures = 10;

std::map<std::string, fs::path> images_by_name(const fs::path& folder, bool prefers_png,
                                               const data::Warn& warn) {
  if (!fs::is_directory(folder))
    throw IoError(str("eval: '", folder.string(), "' must be a folder of images; check the path"));
  const std::vector<std::string> inputs{folder.string()};
  std::map<std::string, fs::path> images;
  for (const fs::path& path : data::list_images(inputs, /*recursive=*/true, warn)) {
    const std::string name = path.lexically_relative(folder).replace_extension().generic_string();
    const auto [found, added] = images.emplace(name, path);
    if (!added && prefers_png) {
      if (path.extension() == ".png") found->second = path;
      continue;
    }
    SALIX_CHECK(added, "eval: '", folder.string(), "' must hold one image per name; got ",
                found->second.filename().string(), " and ", path.filename().string(), " for '",
                name, "'");
  }
  return images;
}

data::Image read_map_of(const MapFiles& files, const data::Image& truth,
                        const data::Reading& reading, data::Questions& questions) {
  data::Image map = data::read_map(files.prediction, reading, &questions);
  if (data::sides_exchanged(map.height, map.width, truth.height, truth.width)) {
    questions.ask(data::Role::kMap, data::Doubt::kTurned, files.prediction,
                  str(map.height, " x ", map.width));
  }
  return map;
}

}  // namespace

std::vector<MapFiles> truths_in(const fs::path& folder, const data::Warn& warn) {
  std::vector<MapFiles> truths;
  for (const auto& [name, truth] : images_by_name(folder, /*prefers_png=*/false, warn))
    truths.push_back({name, {}, truth});
  return truths;
}

MatchedFolders match_maps(const fs::path& predictions, std::vector<MapFiles> truths,
                          const MapNames& names, const data::Warn& warn) {
  std::map<std::string, fs::path> maps = images_by_name(predictions, names.prefers_png, warn);
  MatchedFolders matched;
  for (MapFiles& truth : truths) {
    const auto found = maps.find(truth.name + names.suffix);
    if (found == maps.end()) {
      matched.missing.push_back(truth.name);
    } else {
      truth.prediction = found->second;
      matched.files.push_back(std::move(truth));
      maps.erase(found);
    }
  }
  for (const auto& [name, map] : maps) matched.unused.push_back(name);
  return matched;
}

std::string likely_suffix(const MatchedFolders& matched) {
  std::map<std::string, std::size_t> found;
  for (const std::string& truth : matched.missing) {
    // Names that begin with this one stand together; "im_1" finds those of "im_10" too.
    auto map = std::lower_bound(matched.unused.begin(), matched.unused.end(), truth);
    for (; map != matched.unused.end() && map->starts_with(truth); ++map)
      ++found[map->substr(truth.size())];
  }
  const auto most = std::max_element(
      found.begin(), found.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == found.end() ? "" : most->first;
}

ScoredSet score_files(const std::string& name, std::span<const MapFiles> files,
                      const data::Reading& reading, const ScoreOptions& options,
                      const std::function<void()>& scored) {
  ScoredSet set;
  set.name = name;
  set.images.resize(files.size());
  std::vector<std::string> failures(files.size());
  data::Questions questions;
  std::mutex one_at_a_time;
  parallel_for(
      static_cast<std::int64_t>(files.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
          set.images[i].name = files[i].name;
          try {
            const data::Image truth = data::read_mask(files[i].truth, reading, &questions);
            set.images[i].scores =
                score_saved_map(read_map_of(files[i], truth, reading, questions), truth, options);
          } catch (const Error& error) {
            failures[i] = error.what();
          }
          if (!scored) continue;
          const std::lock_guard lock(one_at_a_time);
          scored();
        }
      });

  std::string named;
  std::size_t failed = 0;
  for (const std::string& failure : failures) {
    if (failure.empty()) continue;
    if (++failed <= kNamedFailures) named += "\n  " + failure;
  }
  if (failed > 0) {
    throw IoError(str("eval: ", failed, " of ", files.size(), " pairs of '", name,
                      "' cannot be scored", failed > kNamedFailures ? ", among them" : "", ":",
                      named));
  }
  SetScores scores;
  for (const ScoredImage& image : set.images) scores.add(image.scores);
  set.summary = scores.summary();
  set.questions = questions.all();
  return set;
}

}  // namespace salix
