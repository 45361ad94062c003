// The best, median and worst images of each set, with what the networks made of them.
#include <algorithm>
#include <array>
#include <map>

#include "engine/error.h"
#include "train/report/numbers.h"
#include "train/report/sample_choice.h"
#include "train/report/score_words.h"
#include "train/report/sections.h"
#include "train/report/thumbnail.h"

namespace salix::report {
namespace {

constexpr std::array<int, 5> kSides = {kThumbnailSide, 176, 140, 112, 84};

// Fewer do not grow beyond their share of so many.
constexpr std::size_t kFewestTiles = 4;

struct Tile {
  std::string title, remark;
  data::Image picture;
};

struct ShownSample {
  std::string name;
  Html scores;
  std::vector<Tile> tiles;
};

struct ShownGroup {
  std::string title;
  std::vector<ShownSample> samples;
};

struct ShownSet {
  std::string name, ranked_by;
  std::size_t images = 0;
  std::vector<ShownGroup> groups;
};

// A set as one evaluation has it.
struct SetOf {
  const Evaluation* evaluation;
  const SetSamples* set;
};

const Sample* find_sample(const SetSamples& set, const std::string& name) {
  for (const Sample& sample : set.samples)
    if (sample.name == name) return &sample;
  return nullptr;
}

Html scores_of(const Sample& sample) {
  Html scores;
  for (const char* key : {"s_measure", "mae", "max_f"}) {
    const std::size_t column = column_of(key);
    scores += element("span", text(column_title(column) + " " + fixed(sample.values[column], 3)));
  }
  return scores;
}

class Samples {
 public:
  Samples(std::size_t count, Notes& notes) : count_(count), notes_(notes) {}

  // The last of `all` ranks the images and names their files; the maps of the others precede its.
  ShownSet show(const std::vector<SetOf>& all) {
    const SetSamples& set = *all.back().set;
    ShownSet shown{.name = set.name,
                   .ranked_by = all.size() > 1 ? all.back().evaluation->title : "",
                   .images = set.samples.size(),
                   .groups = {}};
    std::vector<double> values;
    for (const Sample& sample : set.samples)
      values.push_back(sample.values[column_of("s_measure")]);
    for (const Choice& choice : choose_samples(values, count_)) {
      shown.groups.push_back({choice.group, {}});
      for (const std::size_t place : choice.places)
        shown.groups.back().samples.push_back(show_sample(set.samples[place], all));
    }
    return shown;
  }

 private:
  ShownSample show_sample(const Sample& sample, const std::vector<SetOf>& all) {
    ShownSample shown{sample.name, scores_of(sample), {}};
    add(shown, "Image", "", sample.image, Picture::kColour);
    add(shown, "Modality", "", sample.modality, Picture::kColour);
    add(shown, "Pseudo label", "", sample.pseudo_label, Picture::kMask);
    for (const SetOf& one : all) {
      const Sample* same = find_sample(*one.set, sample.name);
      if (same == nullptr) continue;
      const bool several = all.size() > 1;
      add(shown, several ? one.evaluation->title : "Map",
          several ? "S " + fixed(same->values[column_of("s_measure")], 3) : "", same->map,
          Picture::kGrey);
    }
    add(shown, "Embedding", "", sample.embedding, Picture::kColour);
    add(shown, "Truth", "", sample.mask, Picture::kMask);
    return shown;
  }

  void add(ShownSample& shown, std::string title, std::string remark,
           const std::filesystem::path& path, Picture kind) {
    if (path.empty()) return;
    try {
      shown.tiles.push_back({std::move(title), std::move(remark), read_thumbnail(path, kind)});
    } catch (const Error& error) {
      notes_.push_back(str("A picture is not shown: ", error.what(), "."));
    }
  }

  std::size_t count_;
  Notes& notes_;
};

// All sets, each with the evaluations that have samples of it.
std::vector<std::vector<SetOf>> sets_of(const std::vector<Evaluation>& evaluations) {
  std::vector<std::vector<SetOf>> sets;
  for (const Evaluation& evaluation : evaluations) {
    for (const SetSamples& set : evaluation.samples) {
      auto known = std::find_if(sets.begin(), sets.end(), [&](const std::vector<SetOf>& other) {
        return other.front().set->name == set.name;
      });
      if (known == sets.end()) known = sets.insert(known, std::vector<SetOf>{});
      known->push_back({&evaluation, &set});
    }
  }
  return sets;
}

Html render(const ShownSample& sample, int side) {
  Html tiles;
  for (const Tile& tile : sample.tiles) {
    const data::Image picture = shrunk(tile.picture, side);
    const Html image = void_element("img", {{"src", data_uri(picture)},
                                            {"alt", tile.title + " of " + sample.name},
                                            {"width", std::to_string(picture.width)},
                                            {"height", std::to_string(picture.height)}});
    tiles += element("div", {{"class", "tile"}},
                     image + element("span", text(tile.title)) +
                         (tile.remark.empty() ? Html{} : element("span", text(tile.remark))));
  }
  const Html caption = element("strong", text(sample.name)) + text(" ") +
                       element("span", {{"class", "scores"}}, sample.scores);
  return element(
      "figure", {{"class", "sample"}},
      element("figcaption", caption) +
          element("div",
                  {{"class", sample.tiles.size() <= kFewestTiles ? "strip few" : "strip"},
                   {"style", "--tiles:" + std::to_string(std::max<std::size_t>(
                                              kFewestTiles, sample.tiles.size()))}},
                  tiles));
}

Html render(const std::vector<ShownSet>& sets, int side) {
  Html html;
  for (const ShownSet& set : sets) {
    const std::string ranked = set.ranked_by.empty() ? "" : " of " + set.ranked_by;
    html += element("h3", text(set.name + " ") +
                              element("span", {{"class", "remark"}},
                                      text(counted(static_cast<std::int64_t>(set.images), "image") +
                                           ", ranked by S-measure" + ranked)));
    for (const ShownGroup& group : set.groups) {
      Html samples = element("h4", text(group.title));
      for (const ShownSample& sample : group.samples) samples += render(sample, side);
      html += element("div", {{"class", "samples"}}, samples);
    }
  }
  return html;
}

}  // namespace

Html sample_pictures(const std::vector<Evaluation>& evaluations, const PictureLimits& limits,
                     Notes& notes) {
  if (limits.count <= 0) return {};
  Samples samples(static_cast<std::size_t>(limits.count), notes);
  std::vector<ShownSet> shown;
  for (const std::vector<SetOf>& set : sets_of(evaluations)) shown.push_back(samples.show(set));
  Html html;
  for (const int side : kSides) {
    html = render(shown, side);
    if (html.code.size() <= limits.most_bytes) break;
  }
  return html;
}

}  // namespace salix::report
