#include "train/recipes/scribble/scribble_sample.h"

#include "data/image/crop.h"
#include "data/image/enhance.h"
#include "data/image/image_io.h"
#include "data/image/mirror.h"
#include "data/image/normalize.h"
#include "data/image/resampling.h"
#include "data/image/rotate.h"
#include "data/meaning/read_meant.h"
#include "engine/error.h"
#include "train/recipes/scribble/label_encoding.h"
#include "train/recipes/scribble/label_files.h"
#include "train/recipes/scribble/scribble_draws.h"

namespace salix {
namespace {

namespace fs = std::filesystem;

enum class Rotation { kBicubic, kNearest };

// How the maps of a sample are seen, all of them height x width.
struct View {
  ScribbleDraws draws;
  int height, width, size;

  // `outside`: what kNearest rotates in; kBicubic 0.
  data::Image turned(data::Image image, Rotation rotation, std::uint8_t outside = 0) const {
    if (draws.flip) data::mirror(image);
    const data::Image part =
        data::crop(image, data::centred_box(height, width, draws.height, draws.width));
    return rotation == Rotation::kNearest ? data::rotate_nearest(part, draws.degrees, outside)
                                          : data::rotate_bicubic(part, draws.degrees);
  }
  data::Image resized(const data::Image& image) const {
    return data::resize_nearest_floor(image, size, size);
  }
  data::Image of(data::Image image, Rotation rotation = Rotation::kBicubic,
                 std::uint8_t outside = 0) const {
    return resized(turned(std::move(image), rotation, outside));
  }
  data::Image of_photograph(data::Image photograph) const {
    data::Image image = turned(std::move(photograph), Rotation::kBicubic);
    data::enhance_brightness(image, factor(draws.brightness));
    data::enhance_contrast(image, factor(draws.contrast));
    data::enhance_colour(image, factor(draws.colour));
    data::enhance_sharpness(image, factor(draws.sharpness));
    return resized(image);
  }

 private:
  static float factor(int tenths) { return static_cast<float>(tenths / 10.0); }
};

// A map of the sample, which must be as large as its image.
data::Image same_size(data::Image map, const fs::path& file, const View& view,
                      const fs::path& image) {
  if (map.height == view.height && map.width == view.width) return map;
  throw IoError(
      str("scribble sample: '", file.string(), "' has ", map.height, " x ", map.width,
          " pixels, and '", image.string(), "' ", view.height, " x ", view.width,
          "; all maps of a sample must have the size of its image",
          data::sides_exchanged(map.height, map.width, view.height, view.width)
              ? " (height and width are exchanged: if the image has an EXIF orientation, --upright "
                "turns it)"
              : ""));
}

void fill_regions(const fs::path& path, const View& view, const ScribbleLook& look,
                  const fs::path& image, std::span<float> out) {
  if (look.exact_regions) {
    const data::Image file = same_size(read_regions_exactly(path), path, view, image);
    unpack_regions(view.of(file, Rotation::kNearest), out);
    return;
  }
  const data::Image file = same_size(read_regions(path), path, view, image);
  const RegionCode code(file);
  const Rotation rotation = look.rotate_labels_nearest ? Rotation::kNearest : Rotation::kBicubic;
  code.decode(view.of(code.encode(file), rotation), out);
}

}  // namespace

void check_scribble_files(const data::SampleFiles& files, const ScribbleLook& look) {
  const auto check = [&](const fs::path& file, const char* what) {
    SALIX_CHECK(!file.empty(), "scribble sample: '", files.name, "' of ", files.set, " has no ",
                what, "; samples for this training come from a list file (docs/scribble_data.md)");
  };
  check(files.image, "image");
  check(files.modality, "depth");
  check(files.mask, "scribbles");
  check(files.regions, "regions");
  if (look.contours) check(files.contours, "contours");
}

void load_scribble_sample(const data::SampleFiles& files, const data::SampleRequest& request,
                          const ScribbleLook& look, const ScribbleSpans& out) {
  SALIX_CHECK(look.size > 0, "scribble sample: the size must be positive; got ", look.size);
  check_scribble_files(files, look);
  data::Image photograph = data::read_photograph(files.image, files.reading, nullptr);
  View view{{.height = photograph.height, .width = photograph.width},
            photograph.height,
            photograph.width,
            look.size};
  if (look.augment) view.draws = draw_scribble(view.height, view.width, request);
  const auto whole = [&](data::Image map, const fs::path& file) {
    return same_size(std::move(map), file, view, files.image);
  };

  data::normalize_rgb(view.of_photograph(std::move(photograph)), out.image);
  const data::Image depth =
      data::to_grey(data::read_modality(files.modality, files.reading, nullptr));
  data::scale_modality(data::to_rgb(view.of(whole(depth, files.modality))), out.depth);
  const data::Image scribbles = encode_scribbles(whole(read_scribbles(files.mask), files.mask));
  decode_scribbles(look.rotate_labels_nearest
                       ? view.of(scribbles, Rotation::kNearest, kUnknownLevel)
                       : view.of(scribbles),
                   out.semantic);
  fill_regions(files.regions, view, look, files.image, out.instance);
  if (look.contours) {
    decode_contours(view.of(whole(read_contours(files.contours), files.contours)), out.contour);
  }
}

}  // namespace salix
