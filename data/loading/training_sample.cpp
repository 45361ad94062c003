#include "data/loading/training_sample.h"

#include <algorithm>

#include "data/image/image_io.h"
#include "data/image/mirror.h"
#include "data/image/normalize.h"
#include "data/meaning/read_meant.h"
#include "engine/error.h"

namespace salix::data {
namespace {

std::size_t pixels_of(int size) {
  return static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
}

void check_size(const char* op, int size) {
  SALIX_CHECK(size > 0, op, ": the size must be positive; got ", size);
}

Image resized(const Image& file, int size, Resampling resampling, bool flip) {
  Image image = resample(file, size, size, resampling);
  if (flip) mirror(image);
  return image;
}

// Pseudo labels are read as they were written, whatever was said of people's masks.
Image read_label(const SampleFiles& files) {
  return files.has_truth ? read_mask(files.mask, files.reading, nullptr) : read_grey(files.mask);
}

}  // namespace

void load_training_sample(const SampleFiles& files, int size, bool flip, Resampling resampling,
                          const SampleSpans& out) {
  check_size("load_training_sample", size);
  const Reading& reading = files.reading;
  if (!out.image.empty()) {
    const Image photograph = read_photograph(files.image, reading, nullptr);
    normalize_rgb(resized(photograph, size, resampling, flip), out.image);
  }
  if (!out.mask.empty()) {
    SALIX_CHECK(!files.mask.empty(), "load_training_sample: a mask is wanted, but sample '",
                files.name, "' of ", files.set, " has none");
    Image mask = resample_labels(read_label(files), size, size, resampling);
    if (flip) mirror(mask);
    normalize_mask(mask, out.mask);
  }
  for (int k = 0; k < kModalities; ++k) {
    if (out.prior[k].empty()) continue;
    if (modality_index(files.task) == k && !files.modality.empty()) {
      const Image modality = read_modality(files.modality, reading, nullptr);
      scale_modality(resized(modality, size, resampling, flip), out.prior[k]);
    } else {
      std::fill(out.prior[k].begin(), out.prior[k].end(), 0.0f);
    }
  }
}

TrainingSample load_training_sample(const SampleFiles& files, const std::string& letters, int size,
                                    bool flip, Resampling resampling) {
  check_size("load_training_sample", size);
  TrainingSample sample;
  sample.flipped = flip;
  sample.image.resize(3 * pixels_of(size));
  if (!files.mask.empty()) sample.mask.resize(pixels_of(size));
  for (const Task task : tasks_of(letters))
    if (modality_index(task) >= 0) sample.prior[modality_index(task)].resize(3 * pixels_of(size));
  load_training_sample(
      files, size, flip, resampling,
      {sample.image, sample.mask, {sample.prior[0], sample.prior[1], sample.prior[2]}});
  return sample;
}

TestSample load_test_sample(const SampleFiles& files, int size, Questions* questions,
                            Resampling resampling) {
  check_size("load_test_sample", size);
  TestSample sample;
  if (!files.mask.empty()) sample.truth = read_mask(files.mask, files.reading, questions);
  const DrawnOnIt truth{Role::kMask, files.mask, sample.truth.height, sample.truth.width};
  const Image photograph =
      read_photograph(files.image, files.reading, questions, files.mask.empty() ? nullptr : &truth);
  const Image& shape = files.mask.empty() ? photograph : sample.truth;
  sample.height = shape.height;
  sample.width = shape.width;
  sample.image.resize(3 * pixels_of(size));
  normalize_rgb(resized(photograph, size, resampling, /*flip=*/false), sample.image);
  if (!files.modality.empty()) {
    sample.modality.resize(3 * pixels_of(size));
    const Image modality = read_modality(files.modality, files.reading, questions);
    scale_modality(resized(modality, size, resampling, /*flip=*/false), sample.modality);
  }
  return sample;
}

}  // namespace salix::data
