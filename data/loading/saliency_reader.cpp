#include "data/loading/saliency_reader.h"

#include "data/loading/draws.h"
#include "data/loading/training_sample.h"
#include "engine/error.h"

namespace salix::data {

std::string prior_name(Task modality) { return std::string("prior_") + letter_of(modality); }

SaliencyReader::SaliencyReader(SaliencyFields wanted) : wanted_(std::move(wanted)) {
  SALIX_CHECK(wanted_.size > 0, "saliency reader: the size must be positive; got ", wanted_.size);
  for (const Task task : tasks_of(wanted_.letters)) {
    if (modality_index(task) >= 0) modalities_.push_back(task);
  }
}

std::vector<Field> SaliencyReader::fields() const {
  const std::int64_t size = wanted_.size;
  std::vector<Field> fields{{"image", {size, size, 3}}};
  if (wanted_.with_masks) fields.push_back({"mask", {size, size, 1}});
  for (const Task task : modalities_) fields.push_back({prior_name(task), {size, size, 3}});
  return fields;
}

void SaliencyReader::read(const SampleFiles& files, const SampleRequest& request,
                          const std::vector<std::span<float>>& out) const {
  SampleSpans spans{.image = out.front(), .mask = {}, .prior = {}};
  auto next = out.begin() + 1;
  if (wanted_.with_masks) spans.mask = *next++;
  for (const Task task : modalities_) spans.prior[modality_index(task)] = *next++;
  const bool flip = draw_flip(request.seed, request.epoch, request.sample);
  SampleFiles now = files;
  if (wanted_.mask_file) now.mask = wanted_.mask_file(request.sample, request.epoch);
  load_training_sample(now, wanted_.size, flip, wanted_.resampling, spans);
}

void SaliencyReader::check(const SampleFiles& files) const {
  SALIX_CHECK(!wanted_.with_masks || !files.mask.empty(), "loader: sample '", files.name, "' of ",
              files.set, " has no mask, and masks are asked for");
}

}  // namespace salix::data
