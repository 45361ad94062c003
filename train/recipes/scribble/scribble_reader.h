// The reader of training from scribbles: the image, its depth, and three maps of labels.
#pragma once

#include <span>
#include <vector>

#include "data/loading/sample_reader.h"
#include "train/recipes/scribble/scribble_sample.h"

namespace salix {

// "image" [S,S,3], "prior_d" [S,S,3], "semantic", "instance" and, with ScribbleLook::contours,
// "contour" [S,S,1], as load_scribble_sample() makes them. Files are looked at when they are read,
// not before: what is wrong with one is an IoError that names it.
class ScribbleReader : public data::SampleReader {
 public:
  explicit ScribbleReader(ScribbleLook look);
  std::vector<data::Field> fields() const override;
  void read(const data::SampleFiles& files, const data::SampleRequest& request,
            const std::vector<std::span<float>>& out) const override;
  void check(const data::SampleFiles& files) const override;

 private:
  ScribbleLook look_;
};

// Whether all samples have a map of contours: what ScribbleLook::contours should be.
bool have_contours(std::span<const data::SampleFiles> samples);

}  // namespace salix
