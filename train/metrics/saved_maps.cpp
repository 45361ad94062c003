#include "train/metrics/saved_maps.h"

#include <map>
#include <mutex>

#include "data/image/image_io.h"
#include "engine/error.h"
#include "engine/parallel.h"

namespace salix {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamedFailures = 10;

std::map<std::string, fs::path> images_by_name(const fs::path& folder, const data::Warn& warn) {
  if (!fs::is_directory(folder))
    throw IoError(str("eval: '", folder.string(), "' must be a folder of images; check the path"));
  const std::vector<std::string> inputs{folder.string()};
  std::map<std::string, fs::path> images;
  for (const fs::path& path : data::list_images(inputs, /*recursive=*/true, warn)) {
    const std::string name = path.lexically_relative(folder).replace_extension().generic_string();
    const auto [found, added] = images.emplace(name, path);
    SALIX_CHECK(added, "eval: '", folder.string(), "' must hold one image per name; got ",
                found->second.filename().string(), " and ", path.filename().string(), " for '",
                name, "'");
  }
  return images;
}

}  // namespace

MatchedFolders match_folders(const fs::path& predictions, const fs::path& truths,
                             const data::Warn& warn) {
  const std::map<std::string, fs::path> maps = images_by_name(predictions, warn);
  MatchedFolders matched;
  for (const auto& [name, truth] : images_by_name(truths, warn)) {
    const auto found = maps.find(name);
    if (found == maps.end()) {
      matched.missing.push_back(name);
    } else {
      matched.files.push_back({name, found->second, truth});
    }
  }
  matched.unused = maps.size() - matched.files.size();
  return matched;
}

ScoredSet score_files(const std::string& name, std::span<const MapFiles> files,
                      const ScoreOptions& options, const std::function<void()>& scored) {
  ScoredSet set;
  set.name = name;
  set.images.resize(files.size());
  std::vector<std::string> failures(files.size());
  std::mutex one_at_a_time;
  parallel_for(
      static_cast<std::int64_t>(files.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
          set.images[i].name = files[i].name;
          try {
            set.images[i].scores = score_saved_map(data::read_grey(files[i].prediction),
                                                   data::read_grey(files[i].truth), options);
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
  return set;
}

}  // namespace salix
