#include "data/loading/training_sample.h"

#include <algorithm>

#include "data/image/image_io.h"
#include "data/image/mirror.h"
#include "data/image/normalize.h"
#include "data/image/resize_pillow.h"
#include "engine/error.h"

namespace salix::data {
namespace {

std::size_t pixels_of(int size) {
  return static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
}

void check_size(const char* op, int size) {
  SALIX_CHECK(size > 0, op, ": the size must be positive; got ", size);
}

Image read_resized(const std::filesystem::path& path, int size, bool flip) {
  Image image = resize_bicubic_pillow(read_rgb(path), size, size);
  if (flip) mirror(image);
  return image;
}

}  // namespace

void load_training_sample(const SampleFiles& files, int size, bool flip, const SampleSpans& out) {
  check_size("load_training_sample", size);
  if (!out.image.empty()) normalize_rgb(read_resized(files.image, size, flip), out.image);
  if (!out.mask.empty()) {
    SALIX_CHECK(!files.mask.empty(), "load_training_sample: a mask is wanted, but sample '",
                files.name, "' of ", files.set, " has none");
    Image mask = resize_nearest_pillow(read_grey(files.mask), size, size);
    if (flip) mirror(mask);
    normalize_mask(mask, out.mask);
  }
  for (int k = 0; k < kModalities; ++k) {
    if (out.prior[k].empty()) continue;
    if (modality_index(files.task) == k && !files.modality.empty())
      scale_modality(read_resized(files.modality, size, flip), out.prior[k]);
    else
      std::fill(out.prior[k].begin(), out.prior[k].end(), 0.0f);
  }
}

TrainingSample load_training_sample(const SampleFiles& files, const std::string& letters, int size,
                                    bool flip) {
  check_size("load_training_sample", size);
  TrainingSample sample;
  sample.flipped = flip;
  sample.image.resize(3 * pixels_of(size));
  if (!files.mask.empty()) sample.mask.resize(pixels_of(size));
  for (const Task task : tasks_of(letters))
    if (modality_index(task) >= 0) sample.prior[modality_index(task)].resize(3 * pixels_of(size));
  load_training_sample(
      files, size, flip,
      {sample.image, sample.mask, {sample.prior[0], sample.prior[1], sample.prior[2]}});
  return sample;
}

TestSample load_test_sample(const SampleFiles& files, int size) {
  check_size("load_test_sample", size);
  TestSample sample;
  const Image photograph = read_rgb(files.image);
  sample.height = photograph.height;
  sample.width = photograph.width;
  sample.image.resize(3 * pixels_of(size));
  normalize_rgb(resize_bicubic_pillow(photograph, size, size), sample.image);
  if (!files.mask.empty()) {
    sample.truth = read_grey(files.mask);
    sample.height = sample.truth.height;
    sample.width = sample.truth.width;
  }
  if (!files.modality.empty()) {
    sample.modality.resize(3 * pixels_of(size));
    scale_modality(read_resized(files.modality, size, /*flip=*/false), sample.modality);
  }
  return sample;
}

}  // namespace salix::data
