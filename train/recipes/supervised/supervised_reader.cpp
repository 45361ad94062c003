#include "train/recipes/supervised/supervised_reader.h"

namespace salix {

std::vector<data::Field> SupervisedReader::fields() const {
  const std::int64_t size = wanted_.size;
  std::vector<data::Field> fields{{"image", {size, size, 3}}, {"mask", {size, size, 1}}};
  if (!wanted_.modality.empty()) fields.push_back({wanted_.modality, {size, size, 3}});
  return fields;
}

void SupervisedReader::read(const data::SampleFiles& files, const data::SampleRequest& request,
                            const std::vector<std::span<float>>& out) const {
  load_supervised_sample(
      files, wanted_.size, request,
      {.crop = wanted_.crop, .labels = wanted_.labels, .resampling = wanted_.resampling},
      {.image = out[0],
       .mask = out[1],
       .modality = wanted_.modality.empty() ? std::span<float>() : out[2]});
}

}  // namespace salix
