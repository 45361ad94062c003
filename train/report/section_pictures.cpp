// What a method logged to look at: the first pictures of a run and its last.
#include <algorithm>
#include <map>

#include "engine/error.h"
#include "engine/text.h"
#include "train/report/sections.h"
#include "train/report/thumbnail.h"

namespace salix::report {
namespace fs = std::filesystem;
namespace {

constexpr int kSide = 1280;  // of panels, which are many pictures in a row

// pictures/<name>_<step>.png by name, in the order of steps.
std::map<std::string, std::vector<fs::path>> logged(const fs::path& folder) {
  std::map<std::string, std::vector<fs::path>> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / "pictures", error)) {
    const std::string stem = entry.path().stem().string();
    const std::size_t line = stem.rfind('_');
    if (entry.path().extension() == ".png" && line != std::string::npos) {
      found[stem.substr(0, line)].push_back(entry.path());
    }
  }
  for (auto& [name, files] : found) std::ranges::sort(files);
  return found;
}

Html figure_of(const std::string& name, const fs::path& file) {
  const std::string stem = file.stem().string(), digits = stem.substr(name.size() + 1);
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  const std::string caption = str(name, ", iteration ", digits.substr(first));
  const data::Image picture = read_thumbnail(file, Picture::kColour, kSide);
  const Html image = void_element("img", {{"src", data_uri(picture)},
                                          {"alt", caption},
                                          {"width", std::to_string(picture.width)},
                                          {"height", std::to_string(picture.height)}});
  return element("figure", {{"class", "tile"}}, image + element("figcaption", text(caption)));
}

}  // namespace

Html logged_pictures(const RunFacts& run, Notes& notes) {
  Html figures;
  for (const auto& [name, files] : logged(run.folder)) {
    for (const fs::path& file : {files.front(), files.back()}) {
      try {
        figures += figure_of(name, file);
      } catch (const Error& error) {
        notes.push_back(str("A picture is not shown: ", error.what(), "."));
      }
      if (files.size() == 1) break;
    }
  }
  return figures.empty() ? figures : element("h3", text("What the method saw")) + figures;
}

}  // namespace salix::report
