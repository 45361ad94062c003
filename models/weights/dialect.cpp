#include "models/weights/dialect.h"

#include <algorithm>
#include <array>

#include "models/weights/prefix_search.h"
#include "models/weights/pretrained.h"
#include "models/weights/resnet_kind.h"

namespace salix {
namespace {

// Parts of names that give a publisher away: all of them must occur. The first row that fits
// counts, so what is more particular stands before what it shares parts with.
struct Mark {
  const char* publisher;
  std::array<const char*, 2> parts;
};
constexpr std::array<Mark, 19> kMarks{{{"DenseCL", {"encoder_q.0.", "queue2"}},
                                       {"DenseCL", {"encoder_q.0.", "encoder_q.1."}},
                                       {"MoCo v1 or v2", {"encoder_q.", ""}},
                                       {"MoCo v3", {"base_encoder.", "momentum_encoder."}},
                                       {"MoCo v3", {"base_encoder.", ""}},
                                       {"PixPro", {"encoder.", "encoder_k."}},
                                       {"SimSiam", {"encoder.", "predictor."}},
                                       {"BYOL", {"online_", "target_"}},
                                       {"SwAV", {"projection_head.", ""}},
                                       {"SwAV", {"prototypes.", ""}},
                                       {"DINO", {"head.last_layer.", ""}},
                                       {"Barlow Twins or VICReg", {"backbone.", "projector."}},
                                       {"SimCLR", {"encoder.", "projector."}},
                                       {"SimCLR", {"backbone.conv1.", "backbone.fc."}},
                                       {"mmcv", {"backbone.", "head."}},
                                       {"mmcv", {"backbone.", "neck."}},
                                       {"Detectron2", {"stem.conv1.", "res2.0."}},
                                       {"Hugging Face", {"embedder.", "encoder.stages."}},
                                       {"a Swin transformer", {"layers.0.blocks.0.", ""}}}};

// Whether a part starts a name or follows a dot in it.
bool occurs(const io::NamedArrays& arrays, const std::string& part) {
  return std::any_of(arrays.begin(), arrays.end(), [&](const io::NamedArray& named) {
    const std::size_t at = named.name.find(part);
    return at != std::string::npos && (at == 0 || named.name[at - 1] == '.');
  });
}

bool has_entry(const io::Metadata& metadata, const std::string& key) {
  return std::any_of(metadata.begin(), metadata.end(),
                     [&](const auto& entry) { return entry.first == key; });
}

std::string publisher_of(const io::Weights& weights) {
  for (const Mark& mark : kMarks) {
    if (std::all_of(mark.parts.begin(), mark.parts.end(),
                    [&](const char* part) { return occurs(weights.arrays, part); }))
      return mark.publisher;
  }
  if (has_entry(weights.metadata, "pytorch-lightning_version")) return "Lightning";
  if (weights.container == "teacher" || weights.container == "student") return "DINO";
  const io::Array* fc =
      weights.arrays.find(encoder_prefix(weights.arrays).value_or("") + "fc.weight");
  if (fc != nullptr && fc->shape == Shape{1000, 2048}) return "ImageNet classification";
  return "";
}

std::string content_of(const io::NamedArrays& arrays, const std::string& prefix) {
  try {
    check_resnet50(arrays, prefix, {});
  } catch (const InvalidInput&) {
    return "a ResNet, but not a ResNet-50";
  }
  return "the encoder of a ResNet-50";
}

}  // namespace

WeightsDialect recognise(const io::Weights& weights) {
  WeightsDialect dialect{.publisher = publisher_of(weights),
                         .container = weights.container,
                         .prefix = {},
                         .content = "no network known here"};
  const std::string network = network_in(weights.arrays);
  if (!network.empty()) {
    dialect.publisher = network;
    dialect.content = "the whole network";
    dialect.prefix = prefixes_before(weights.arrays, network_facts(network).signature).front();
  } else if (const std::optional<std::string> prefix = encoder_prefix(weights.arrays)) {
    dialect.content = content_of(weights.arrays, *prefix);
    dialect.prefix = *prefix;
  }
  return dialect;
}

std::string in_words(const io::Weights& weights) {
  const WeightsDialect dialect = recognise(weights);
  std::string text =
      dialect.publisher.empty() ? "holds " : str("looks like ", dialect.publisher, ": ");
  text += dialect.content;
  if (!dialect.prefix.empty()) text += str(", behind '", io::printable(dialect.prefix), "'");
  if (!dialect.container.empty()) text += str(", in '", io::printable(dialect.container), "'");
  if (!weights.other_containers.empty())
    text += str(" (not taken: ", quote_some(weights.other_containers), ")");
  return text;
}

}  // namespace salix
