#include "models/weights/pretrained.h"

#include <algorithm>
#include <array>

namespace salix {
namespace {

constexpr std::array<const char*, 7> kEncoderPrefixes{
    "module.encoder_q.", "encoder_q.", "module.encoder.", "module.", "backbone.", "encoder.", ""};

bool has_prefix(const io::NamedArrays& arrays, const std::string& prefix) {
  return arrays.contains(prefix + "conv1.weight");
}

// fc exists in every encoder and is never executed, so no file has to bring it.
bool is_never_executed(const std::string& name) {
  return name.find("fc.weight") != std::string::npos || name.find("fc.bias") != std::string::npos ||
         name.find(".se.gn.") != std::string::npos;
}

std::string list_some(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 3); ++i) {
    text += (i > 0 ? ", " : "") + names[i];
  }
  return names.size() > 3 ? text + ", ..." : text;
}

}  // namespace

EncoderImport import_encoder(ResNet50& encoder, const io::NamedArrays& arrays, bool allow_partial) {
  EncoderImport result;
  const auto* found = std::find_if(kEncoderPrefixes.begin(), kEncoderPrefixes.end(),
                                   [&](const char* prefix) { return has_prefix(arrays, prefix); });
  SALIX_CHECK(
      found != kEncoderPrefixes.end(),
      "import: found no ResNet-50 encoder: no array is named 'conv1.weight', nor that behind "
      "module.encoder_q., encoder_q., module., backbone. or encoder.");
  result.prefix = *found;

  io::NamedArrays own;
  std::vector<std::string> foreign;
  for (const io::NamedArray& named : arrays) {
    const bool ours = named.name.starts_with(result.prefix);
    const std::string name = ours ? named.name.substr(result.prefix.size()) : "";
    // MoCo's projection head is called fc too, with other shapes.
    if (ours && !name.starts_with("fc.")) {
      own.add(name, named.array);
    } else {
      foreign.push_back(named.name);
    }
  }
  std::vector<std::string> absent;
  for (const StateEntry& entry : encoder.state()) {
    const bool optional =
        is_never_executed(entry.name) || entry.name.ends_with("num_batches_tracked");
    if (!optional && !own.contains(entry.name)) absent.push_back(entry.name);
  }
  SALIX_CHECK(absent.empty() || allow_partial, "import: the file lacks ", absent.size(),
              " of the encoder's tensors (", list_some(absent),
              "); pass --allow-partial to keep initial values for them");

  result.report = load_state_dict(encoder, own);
  std::erase_if(result.report.missing, is_never_executed);
  result.report.ignored.insert(result.report.ignored.end(), foreign.begin(), foreign.end());
  return result;
}

bool holds_whole_network(const io::NamedArrays& arrays, const NetworkFacts& facts) {
  const std::string head = wrapper_prefix(arrays) + facts.head;
  return std::any_of(arrays.begin(), arrays.end(),
                     [&](const auto& named) { return named.name.starts_with(head); });
}

LoadSummary import_resnet_network(Network& network, const std::vector<ResNet50*>& encoders,
                                  const io::NamedArrays& arrays, bool allow_partial) {
  if (holds_whole_network(arrays, network.facts())) return import_network(network, arrays);
  LoadSummary report;
  for (ResNet50* encoder : encoders) {
    report = import_encoder(*encoder, arrays, allow_partial).report;
  }
  return report;
}

std::string wrapper_prefix(const io::NamedArrays& arrays) {
  std::string prefix;
  const auto all_start_with = [&](const std::string& start) {
    return !arrays.empty() && std::all_of(arrays.begin(), arrays.end(), [&](const auto& named) {
      return named.name.starts_with(start);
    });
  };
  for (bool longer = true; longer;) {
    longer = false;
    for (const char* wrapper : {"module.", "model."}) {
      if (!all_start_with(prefix + wrapper)) continue;
      prefix += wrapper;
      longer = true;
    }
  }
  return prefix;
}

LoadSummary import_network(Module& network, const io::NamedArrays& arrays) {
  const std::string prefix = wrapper_prefix(arrays);
  std::vector<std::string> absent;
  for (const StateEntry& entry : network.state(prefix)) {
    const bool optional =
        is_never_executed(entry.name) || entry.name.ends_with("num_batches_tracked");
    if (!optional && !arrays.contains(entry.name)) absent.push_back(entry.name);
  }
  SALIX_CHECK(absent.empty(), "import: the file lacks ", absent.size(),
              " of the network's tensors (", list_some(absent),
              "); is this a file of another network?");
  return load_state_dict(network, arrays, prefix);
}

}  // namespace salix
