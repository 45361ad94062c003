#include "tools/scribble/scribble_run.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>

#include "data/image/gaussian_blur.h"
#include "data/image/image_io.h"
#include "data/meaning/read_meant.h"
#include "data/scribbles/image_maps.h"
#include "data/scribbles/scribble_values.h"
#include "engine/error.h"
#include "engine/io/json_text.h"
#include "engine/parallel.h"
#include "engine/text.h"
#include "tools/cli/console.h"
#include "train/metrics/questions_json.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint8_t kMiddle = 128;
constexpr float kBlur = 0.025f;    // of the longer side, a deviation
constexpr std::size_t kNamed = 5;  // files in a sentence

// A picture for programs that want depth where there is none.
data::Image stand_in_depth(const data::Image& image, const std::string& kind) {
  if (kind == "constant") return {image.height, image.width, 1, kMiddle};
  const auto longest = static_cast<float>(std::max(image.height, image.width));
  data::Image grey = data::to_grey(image);
  const data::FloatMap smooth = data::gaussian_blur(data::channel_map(grey, 0), kBlur * longest);
  std::transform(smooth.values.begin(), smooth.values.end(), grey.pixels.begin(), [](float v) {
    return static_cast<std::uint8_t>(std::clamp(v + 0.5f, 0.0f, 255.0f));
  });
  return grey;
}

void check_size(const char* what, const fs::path& file, const data::Image& picture,
                const fs::path& image_file, const data::Image& image) {
  SALIX_CHECK(picture.height == image.height && picture.width == image.width, what, " '",
              file.string(), "' is ", picture.height, " x ", picture.width, " and its image '",
              image_file.string(), "' ", image.height, " x ", image.width,
              "; they must have one size, pixel by pixel");
}

// By the sample's name, so that other samples of the set do not matter: its 32-bit FNV-1a hash.
PhiloxKey key_of(const std::string& name, std::uint64_t seed) {
  std::uint32_t hash = 0x811C9DC5u;
  for (const char letter : name) hash = (hash ^ static_cast<std::uint8_t>(letter)) * 0x01000193u;
  return {seed, hash, 0};
}

std::string percent(double part) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %%", 100.0 * part);
  return text;
}

}  // namespace

ScribbleRun::ScribbleRun(const ScribbleRequest& request, const Output& output)
    : request_(request), output_(output), sets_(plan_scribbles(request, notes_on(output.err))) {
  for (const ScribbleSet& set : sets_) done_.emplace_back(set.jobs.size());
}

ScribbleRun::Done ScribbleRun::draw(const ScribbleJob& job) {
  const data::SampleFiles& files = job.files;
  const data::Image mask = data::read_mask(files.mask, files.reading, &questions_);
  const data::DrawnOnIt drawn{data::Role::kMask, files.mask, mask.height, mask.width};
  // As a training reads it: as it is stored.
  const data::Image image = data::read_photograph(files.image, {}, &questions_, &drawn);
  check_size("the mask", files.mask, mask, files.image, image);
  data::Image depth;
  if (job.stands_in()) {
    data::write_image(job.results.depth, stand_in_depth(image, request_.depth));
  } else {
    depth = data::read_grey(files.modality);
    check_size("the depth map", files.modality, depth, files.image, image);
  }
  const data::Strokes strokes =
      data::draw_strokes(mask, request_.strokes, key_of(files.name, request_.seed));
  data::write_image(job.results.regions, data::region_map(image, depth));
  data::write_image(job.results.contours, data::contour_map(image, depth));
  data::write_image(job.results.scribbles, strokes.map);
  const auto count = [&](std::uint8_t value) {
    return std::count(strokes.map.pixels.begin(), strokes.map.pixels.end(), value);
  };
  return {.ok = true,
          .has_foreground = strokes.has_foreground,
          .has_background = strokes.has_background,
          .foreground = count(data::kScribbleForeground),
          .background = count(data::kScribbleBackground),
          .pixels = static_cast<std::int64_t>(strokes.map.pixels.size())};
}

// A bad sample is named and left out; the others go on.
void ScribbleRun::work(Place place, Progress& progress) {
  const ScribbleJob& job = sets_[place.set].jobs[place.job];
  std::string problem;
  try {
    done_[place.set][place.job] = draw(job);
  } catch (const IoError& error) {
    problem = error.what();
  } catch (const InvalidInput& error) {
    problem = error.what();
  }
  const std::lock_guard lock(mutex_);
  if (!problem.empty()) {
    failed_.insert(job.files.image.string());
    progress.say("no scribbles for '" + job.files.image.string() + "': " + problem);
  }
  progress.advance();
}

void ScribbleRun::run() {
  if (request_.threads > 0) set_thread_count(request_.threads);
  std::vector<Place> places;
  for (std::size_t set = 0; set < sets_.size(); ++set)
    for (std::size_t job = 0; job < sets_[set].jobs.size(); ++job) places.push_back({set, job});
  const auto count = static_cast<std::int64_t>(places.size());
  {
    Progress progress(output_.err, "scribbles", count, stderr_is_terminal());
    // A picture per thread: most of the time goes into waiting for the disk.
    parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
      for (; begin < end; ++begin) work(places[static_cast<std::size_t>(begin)], progress);
    });
  }
  write_lists();
  for (const data::Question& question : questions_.all())
    output_.err << "note: " << question.sentence() << '\n';
  warn_of_missing("foreground, and strokes of the background alone", &Done::has_foreground);
  warn_of_missing("background, and strokes of the foreground alone", &Done::has_background);
  report();
  if (!failed_.empty())
    throw WorkFailed(
        str("scribble: ", failed_.size(), " of ", count, " samples failed (named above)"));
}

void ScribbleRun::write_lists() {
  for (std::size_t k = 0; k < sets_.size(); ++k) {
    const ScribbleSet& set = sets_[k];
    std::vector<std::string> lines;
    for (std::size_t job = 0; job < set.jobs.size(); ++job)
      if (done_[k][job].ok)
        lines.push_back(data::scribble_list_line(set.jobs[job].results, set.root));
    if (!lines.empty()) data::write_scribble_list(set.list, lines);
    if (set.stand_ins() > 0)
      output_.err << "note: " << set.stand_ins() << " of " << set.jobs.size() << " depth maps of "
                  << set.name << " are stand-ins (" << request_.depth << "), which hold no depth\n";
  }
}

void ScribbleRun::warn_of_missing(const char* what, bool Done::*part) const {
  std::vector<std::string> masks;
  for (std::size_t k = 0; k < sets_.size(); ++k)
    for (std::size_t job = 0; job < done_[k].size(); ++job)
      if (done_[k][job].ok && !(done_[k][job].*part))
        masks.push_back(str("'", sets_[k].jobs[job].files.mask.string(), "'"));
  if (!masks.empty())
    output_.err << "note: " << masks.size() << (masks.size() == 1 ? " mask has" : " masks have")
                << " no " << what << ": " << first_of(masks, kNamed) << '\n';
}

void ScribbleRun::report() const {
  auto sets = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < sets_.size(); ++k) {
    const ScribbleSet& set = sets_[k];
    Done sum;
    std::int64_t written = 0;
    for (const Done& done : done_[k]) {
      written += done.ok ? 1 : 0;
      sum.foreground += done.foreground;
      sum.background += done.background;
      sum.pixels += done.pixels;
    }
    const auto pixels = static_cast<double>(std::max<std::int64_t>(sum.pixels, 1));
    const double foreground = static_cast<double>(sum.foreground) / pixels,
                 background = static_cast<double>(sum.background) / pixels;
    sets.push_back({{"set", set.name},
                    {"samples", set.jobs.size()},
                    {"written", written},
                    {"stand_ins", set.stand_ins()},
                    {"foreground", foreground},
                    {"background", background},
                    {"list", written > 0 ? set.list.string() : ""},
                    {"root", set.root.string()}});
    if (request_.json) continue;
    output_.out << set.name << ": " << written << " of " << set.jobs.size() << " drawn into "
                << set.out.string() << "; known " << percent(foreground) << " foreground, "
                << percent(background) << " background\n";
    if (written > 0)
      output_.out << "  list " << set.list.string() << ", paths below --data-path "
                  << set.root.string() << '\n';
  }
  if (!request_.json) return;
  const nlohmann::ordered_json result{
      {"sets", sets}, {"failed", failed_}, {"questions", questions_json(questions_.all())}};
  output_.out << io::json_text(result) << '\n';
}

}  // namespace salix::cli
