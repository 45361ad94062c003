#include "train/recipes/scribble/scribble_reader.h"

#include <algorithm>

#include "data/loading/saliency_reader.h"
#include "engine/error.h"

namespace salix {

ScribbleReader::ScribbleReader(ScribbleLook look) : look_(look) {
  SALIX_CHECK(look.size > 0, "scribble reader: the size must be positive; got ", look.size);
}

std::vector<data::Field> ScribbleReader::fields() const {
  const std::int64_t size = look_.size;
  std::vector<data::Field> fields{{"image", {size, size, 3}},
                                  {data::prior_name(data::Task::kDepth), {size, size, 3}},
                                  {"semantic", {size, size, 1}},
                                  {"instance", {size, size, 1}}};
  if (look_.contours) fields.push_back({"contour", {size, size, 1}});
  return fields;
}

void ScribbleReader::read(const data::SampleFiles& files, const data::SampleRequest& request,
                          const std::vector<std::span<float>>& out) const {
  load_scribble_sample(files, request, look_,
                       {.image = out[0],
                        .depth = out[1],
                        .semantic = out[2],
                        .instance = out[3],
                        .contour = look_.contours ? out[4] : std::span<float>()});
}

void ScribbleReader::check(const data::SampleFiles& files) const {
  check_scribble_files(files, look_);
}

bool have_contours(std::span<const data::SampleFiles> samples) {
  return std::all_of(samples.begin(), samples.end(),
                     [](const data::SampleFiles& sample) { return !sample.contours.empty(); });
}

}  // namespace salix
