// What the programs around a network need to know of it: one interface for a2s, cornet and
// midnet, so that training, evaluation, prediction and export are written once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/resnet/resnet.h"

namespace salix {

// A saliency map before the sigmoid, [N,h,w,1], under the name that files give it.
struct NamedOutput {
  std::string name;
  Tensor logits;
};

struct NamedEncoder {
  std::string prefix;  // of its state: "encoder."
  ResNet50* network;
};

class SaliencyNetwork : public Module {
 public:
  // image [N,H,W,3], normalised with the ImageNet mean and deviation; modality [N,H,W,3] in
  // 0..1: depth, optical flow or thermal. A network of one image does not look at it, and it may
  // be undefined. The first output is the prediction and is called "final"; maps may be smaller
  // than the image.
  virtual std::vector<NamedOutput> outputs(const Tensor& image, const Tensor& modality) = 0;

  virtual std::string name() const = 0;  // "a2s"
  virtual int stage() const = 0;         // of A2S-v2: 1 learns without labels, 2 from pseudo labels
  virtual bool needs_modality() const = 0;
  // Those that a pretrained ResNet-50 file fills.
  virtual std::vector<NamedEncoder> encoders() = 0;
};

// The names make_network() knows, in the order of the book.
const std::vector<std::string>& network_names();

// A network by its name, with initial values drawn from the Exec's seed.
// Errors    InvalidInput for an unknown name; the message lists those that exist.
std::unique_ptr<SaliencyNetwork> make_network(Exec& exec, const std::string& name);

}  // namespace salix
