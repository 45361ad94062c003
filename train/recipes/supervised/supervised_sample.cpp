#include "train/recipes/supervised/supervised_sample.h"

#include <algorithm>

#include "data/image/crop.h"
#include "data/image/image_io.h"
#include "data/image/mirror.h"
#include "data/image/normalize.h"
#include "data/loading/draws.h"
#include "data/meaning/read_meant.h"
#include "data/scenes/scribble.h"
#include "engine/error.h"
#include "train/recipes/supervised/crop.h"

namespace salix {
namespace {

constexpr std::uint8_t kForegroundAbove = 128;

// How all images of a sample are cut, resized and mirrored.
struct Framing {
  data::CropBox box;  // in an image of height x width
  int height, width, size;
  bool flip;
  data::Resampling resampling;

  data::Image of(const data::Image& image) const {
    return mirrored(data::resample(part_of(image), size, size, resampling));
  }
  // Values that must not mix.
  data::Image of_labels(const data::Image& image) const {
    return mirrored(data::resample_labels(part_of(image), size, size, resampling));
  }

 private:
  data::Image part_of(const data::Image& image) const {
    return data::crop(image, box_in(image, box, height, width));
  }
  data::Image mirrored(data::Image image) const {
    if (flip) data::mirror(image);
    return image;
  }
};

void check_has(const data::SampleFiles& files, const char* what,
               const std::filesystem::path& path) {
  SALIX_CHECK(!path.empty(), "load_supervised_sample: a ", what, " is wanted, but sample '",
              files.name, "' of ", files.set, " has none");
}

}  // namespace

bool load_supervised_sample(const data::SampleFiles& files, int size,
                            const data::SampleRequest& request, const SupervisedLook& look,
                            const SupervisedSpans& out) {
  SALIX_CHECK(size > 0, "load_supervised_sample: the size must be positive; got ", size);
  const data::Image photograph = data::read_photograph(files.image, files.reading, nullptr);
  const int height = photograph.height, width = photograph.width;
  CropDraws cut;
  if (look.crop) cut = draw_crop(height, width, request.seed, request.epoch, request.sample);
  const Framing view{crop_box(height, width, cut),
                     height,
                     width,
                     size,
                     data::draw_flip(request.seed, request.epoch, request.sample),
                     look.resampling};

  if (!out.image.empty()) data::normalize_rgb(view.of(photograph), out.image);
  if (!out.mask.empty()) {
    check_has(files, "mask", files.mask);
    const bool strokes = look.labels == LabelKind::kScribbles;
    const data::Image file =
        strokes ? data::read_grey(files.mask) : data::read_mask(files.mask, files.reading, nullptr);
    const data::Image mask = strokes ? view.of_labels(file) : view.of(file);
    SALIX_CHECK(out.mask.size() == mask.pixels.size(), "load_supervised_sample: the mask has ",
                mask.pixels.size(), " values; got room for ", out.mask.size());
    std::transform(mask.pixels.begin(), mask.pixels.end(), out.mask.begin(), [&](std::uint8_t v) {
      if (strokes) return static_cast<float>(std::min(v, data::kScribbleUnknown));
      return v > kForegroundAbove ? 1.0f : 0.0f;
    });
  }
  if (!out.modality.empty()) {
    check_has(files, "modality", files.modality);
    const data::Image modality = data::read_modality(files.modality, files.reading, nullptr);
    data::scale_modality(view.of(modality), out.modality);
  }
  return view.flip;
}

}  // namespace salix
