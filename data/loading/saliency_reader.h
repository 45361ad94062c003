// The reader of A2S-v2's trainings: image, perhaps its mask, and the modalities asked for, all
// mirrored left to right every second time.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "data/image/resampling.h"
#include "data/loading/sample_reader.h"

namespace salix::data {

struct SaliencyFields {
  std::string letters = "c";  // which modalities there are; a sample without one has zeros
  int size = 320;             // S
  Resampling resampling = Resampling::kBicubic;
  bool with_masks = false;
  // Where the mask of a sample lies in an epoch, instead of SampleFiles::mask: for labels that
  // training changes. Asked by the workers, when they read it.
  std::function<std::filesystem::path(std::int64_t sample, std::int64_t epoch)> mask_file = {};
};

// "image" [S,S,3] normalised; "mask" [S,S,1] in 0..1; "prior_d", "prior_o", "prior_t" [S,S,3] in
// 0..1, as load_training_sample() makes them. The mirroring is draw_flip().
class SaliencyReader : public SampleReader {
 public:
  explicit SaliencyReader(SaliencyFields wanted);
  std::vector<Field> fields() const override;
  void read(const SampleFiles& files, const SampleRequest& request,
            const std::vector<std::span<float>>& out) const override;
  void check(const SampleFiles& files) const override;

 private:
  SaliencyFields wanted_;
  std::vector<Task> modalities_;
};

// "prior_d", "prior_o", "prior_t".
std::string prior_name(Task modality);

}  // namespace salix::data
