#include "data/scenes/generated_set.h"

#include <cstdio>
#include <mutex>

#include "data/image/image_io.h"
#include "data/scenes/scene_layers.h"
#include "data/scenes/scribble.h"
#include "data/scribbles/image_maps.h"
#include "data/scribbles/scribble_list.h"
#include "data/sets/dataset_layout.h"
#include "data/video/flow_colour.h"
#include "engine/error.h"
#include "engine/io/atomic_file.h"
#include "engine/parallel.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

constexpr float kUpright = 0.2f;            // part of the pictures
constexpr std::uint32_t kScribbles = 7919;  // added to the stream
constexpr const char* kImageExtension = ".jpg";
constexpr const char* kMark = ".painted";

// A stream of its own for each set: the 32-bit FNV-1a hash of letter and name.
std::uint32_t stream_of(const GeneratedSet& set) {
  std::uint32_t hash = 0x811C9DC5u;
  for (const char letter : letter_of(set.task) + set.name)
    hash = (hash ^ static_cast<std::uint8_t>(letter)) * 0x01000193u;
  return hash;
}

// How often the colours alone do not show the objects: never where there is nothing else.
WorldParams params_of(const GeneratedSet& set, const PhiloxKey& key) {
  WorldParams params{.height = set.height, .width = set.width};
  if (set.task == Task::kDepth) params.camouflaged = 0.2f;
  if (set.task == Task::kVideo) params.camouflaged = 0.12f;
  if (set.task == Task::kThermal) {
    params.camouflaged = 0.15f;
    params.at_night = 0.3f;
    params.lukewarm = 0.12f;
  }
  if (philox_uniform({key.seed, key.stream + 1, key.step}, 0) < kUpright)
    std::swap(params.height, params.width);
  return params;
}

struct Folders {
  fs::path images, masks, modality, scribbles;
  fs::path regions, contours;  // of a training set with scribbles
};

Folders make_folders(const fs::path& root, const GeneratedSet& set) {
  const SetLayout& layout = layout_of(set.task);
  const fs::path base = root / layout.parent / set.name;
  claim_for_painting(base, layout.images);
  Folders folders{base / layout.images, base / layout.masks, {}, {}, {}, {}};
  if (set.task != Task::kColour) folders.modality = base / layout.modality;
  if (set.scribbles && set.task == Task::kDepth) folders.scribbles = base / kScribbleFolder;
  if (has_scribble_list(set)) {
    folders.regions = base / kRegionFolder;
    folders.contours = base / kContourFolder;
  }
  for (const fs::path& folder : {folders.images, folders.masks, folders.modality, folders.scribbles,
                                 folders.regions, folders.contours})
    if (!folder.empty()) fs::create_directories(folder);
  return folders;
}

Image paint_modality(Task task, const SceneWorld& world, const BodyMap& map, float time) {
  switch (task) {
    case Task::kDepth:
      return paint_depth(world, map, time);
    case Task::kVideo: {
      const FlowField flow = flow_field(world, map, time);
      return colour_flow(flow, flow_radius(flow));
    }
    case Task::kThermal:
      return paint_thermal(world, time);
    case Task::kColour:
      break;
  }
  return {};
}

// Of the files that a user would have, so that nothing of the scene but what they show gets in.
void write_image_maps(const ScribbleFiles& files) {
  const Image image = read_rgb(files.image), depth = read_grey(files.depth);
  write_image(files.regions, region_map(image, depth));
  write_image(files.contours, contour_map(image, depth));
}

ScribbleFiles files_of(const Folders& folders, const GeneratedSet& set, const std::string& name) {
  return {.image = folders.images / (name + kImageExtension),
          .depth = folders.modality / (name + layout_of(set.task).modality_extension),
          .scribbles = folders.scribbles / (name + ".png"),
          .regions = folders.regions / (name + ".png"),
          .contours = folders.contours / (name + ".png")};
}

void write_picture(const Folders& folders, const GeneratedSet& set, const SceneWorld& world,
                   const std::string& name, float time) {
  const BodyMap map = map_bodies(world, time);
  write_image(folders.images / (name + kImageExtension), paint_colour(world, time));
  write_image(folders.masks / (name + kMaskExtension), paint_mask(world, map));
  if (!folders.modality.empty())
    write_image(folders.modality / (name + layout_of(set.task).modality_extension),
                paint_modality(set.task, world, map, time));
  if (!folders.scribbles.empty()) {
    PhiloxKey key = world.key();
    key.stream += kScribbles;
    write_image(folders.scribbles / (name + ".png"),
                paint_scribbles(paint_regions(world, map), key));
  }
  if (!folders.regions.empty()) write_image_maps(files_of(folders, set, name));
}

std::string numbered(const char* prefix, int number, int digits) {
  char text[48];
  std::snprintf(text, sizeof text, "%s%0*d", prefix, digits, number);
  return text;
}

std::string clip_name(const GeneratedSet& set, int clip) {
  const bool select = set.training && clip % 2 == 1;
  return numbered(select ? "select_" : "clip_", clip, 4) + "/";
}

// A list of that name beside a set that was not painted here is somebody's.
void check_list_place(const fs::path& root, const GeneratedSet& set, const fs::path& list) {
  listed_path(root / set.name, root);  // refuses spaces before anything is painted
  const fs::path mark = root / layout_of(set.task).parent / set.name / kMark;
  SALIX_CHECK(fs::exists(mark) || !fs::exists(list), "painted scenes: '", list.string(),
              "' was not written here; move it away, or choose another folder or another name for "
              "the set");
}

}  // namespace

bool has_scribble_list(const GeneratedSet& set) {
  return set.scribbles && set.training && set.task == Task::kDepth;
}

void claim_for_painting(const fs::path& folder, const std::string& images) {
  const fs::path mark = folder / kMark;
  if (fs::exists(mark)) return;
  std::error_code none;
  const bool empty = fs::directory_iterator(folder / images, none) == fs::directory_iterator();
  SALIX_CHECK(empty, "painted scenes: '", (folder / images).string(),
              "' has files that were not painted here, which could be replaced; choose another "
              "folder or another name for the set");
  fs::create_directories(folder);
  io::write_file_atomically(mark, io::bytes_of("These pictures were painted by salix.\n"));
}

void write_generated_set(const fs::path& root, const GeneratedSet& set,
                         const std::function<void()>& advance) {
  SALIX_CHECK(!set.name.empty() && set.count >= 0 && set.frames > 0,
              "generated set: a name, a count and frames per clip are needed; got '", set.name,
              "', ", set.count, ", ", set.frames);
  const bool listed = has_scribble_list(set);
  const fs::path list = root / scribble_list_name(letter_of(set.task), set.name);
  if (listed) check_list_place(root, set, list);
  const Folders folders = make_folders(root, set);
  const bool video = set.task == Task::kVideo;
  const int step = video ? set.frames : 1;
  const int worlds = (set.count + step - 1) / step;
  for (int clip = 1; video && clip <= worlds; ++clip)
    for (const fs::path& folder : {folders.images, folders.masks, folders.modality})
      fs::create_directories(folder / clip_name(set, clip));
  std::mutex mutex;  // for `advance`
  // A picture per thread, not rows: most of the time goes into waiting for the disk.
  parallel_for(set.count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (int k = static_cast<int>(begin); k < end; ++k) {
      const int number = k / step, frame = k % step;
      const PhiloxKey key{set.seed, stream_of(set), static_cast<std::uint32_t>(number)};
      const SceneWorld world(key, params_of(set, key));
      const std::string name =
          video ? clip_name(set, number + 1) + numbered("", frame, 5) : numbered("", number + 1, 4);
      write_picture(folders, set, world, name, static_cast<float>(frame));
      const std::lock_guard lock(mutex);
      if (advance) advance();
    }
  });
  if (!listed) return;
  std::vector<std::string> lines;
  for (int k = 1; k <= set.count; ++k)
    lines.push_back(scribble_list_line(files_of(folders, set, numbered("", k, 4)), root));
  write_scribble_list(list, lines);
}

}  // namespace salix::data
