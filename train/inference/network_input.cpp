#include "train/inference/network_input.h"

#include "data/image/centre_crop.h"
#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "data/image/resize_pillow.h"
#include "engine/error.h"

namespace salix {
namespace {

constexpr int kTrainedSize = 320;  // of A2S-v2's networks
constexpr int kLeast = 32, kMost = 4096;

template <typename Scale>
HostValues input_of(const NetworkFacts& network, const data::Image& picture, int size,
                    const Scale& scale) {
  const auto side = static_cast<std::size_t>(size);
  std::vector<float> values(3 * side * side);
  scale(data::resample(picture, size, size, resampling_of(network)), std::span<float>(values));
  return square_input(std::move(values), size);
}

}  // namespace

int default_input_size(const NetworkFacts& network) {
  return network.fixed_size.value_or(kTrainedSize);
}

void check_input_size(const NetworkFacts& network, int size) {
  SALIX_CHECK(size >= kLeast && size <= kMost, "--size: the network's input must be ", kLeast, "..",
              kMost, " pixels; got ", size);
  SALIX_CHECK(!network.fixed_size || size == *network.fixed_size, "--size: ", network.name,
              " takes images of ", *network.fixed_size, " pixels alone; got ", size,
              "; leave --size out");
}

data::Resampling resampling_of(const NetworkFacts& network) {
  return network.input_filter == InputFilter::kNearest ? data::Resampling::kNearest
                                                       : data::Resampling::kBicubic;
}

HostValues image_input(const NetworkFacts& network, const data::Image& picture, int size) {
  return input_of(network, picture, size, data::normalize_rgb);
}

HostValues modality_input(const NetworkFacts& network, const data::Image& picture, int size) {
  const data::Image seen = network.grey_modality ? data::to_rgb(data::to_grey(picture)) : picture;
  return input_of(network, seen, size, data::scale_modality);
}

HostValues classifier_input(const data::Image& picture, int size) {
  const data::Image larger =
      data::resize_short_side(picture, size * 256 / 224, data::resize_bicubic_pillow);
  const data::Image centre = data::centre_crop(larger, size);
  std::vector<float> values(centre.pixels.size());
  data::normalize_rgb_float32(centre, values);
  return square_input(std::move(values), size);
}

HostValues square_input(std::vector<float> values, int size) {
  return {.shape = {1, size, size, 3}, .values = std::move(values)};
}

}  // namespace salix
