// What the programs around a network need to know of it, so that training, evaluation, prediction
// and export are written once; and the one table of networks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "layers/modules/module.h"
#include "layers/modules/state_dict.h"

namespace salix {

enum class OutputKind {
  kMap,       // a saliency map before the sigmoid, [N,h,w,1]
  kContour,   // likewise of the object's contour
  kFeatures,  // an embedding, [N,h,w,C]
  kClasses    // scores of classes before the softmax, [N,classes]
};

// Whether it is a map of probabilities before the sigmoid.
inline bool is_map(OutputKind kind) {
  return kind == OutputKind::kMap || kind == OutputKind::kContour;
}

// How pictures are brought to a network's size.
enum class InputFilter {
  kBicubic,  // Pillow's, which averages where it makes smaller
  kNearest   // source index floor(d in / out)
};

// One result of a network, under the name that files give it.
struct NamedOutput {
  std::string name;
  Tensor tensor;
  OutputKind kind = OutputKind::kMap;
};

// Parameters that share a learning rate.
struct ParameterGroup {
  std::string name;  // "encoder", "decoder"
  std::vector<StateEntry> parameters;
};

// What is true of every network of a kind, known before one is made.
struct NetworkFacts {
  std::string name;                          // "a2s"
  std::vector<std::string> inputs{"image"};  // perhaps also "modality": depth, flow or thermal
  OutputKind prediction = OutputKind::kMap;  // of the first output; kClasses: it is a classifier
  int classes = 0;                           // of a classifier
  std::optional<int> fixed_size = {};        // side of the only input it takes; else any
  int stride = 32;                           // input pixels per pixel of the coarsest features
  InputFilter input_filter = InputFilter::kBicubic;
  bool grey_modality = false;    // the second input is depth: of a colour file its luminance
  bool gives_embedding = false;  // one of its outputs is of kFeatures
  std::string default_recipe =
      {};                   // of `salix train`, a name of the recipes' catalogue; "": not trained
  char default_task = 'c';  // a letter: what it is tested on unless told
  double weight_decay = 5e-4;     // of its published training
  std::string head = "decoder.";  // a weight file with such names holds the whole network
  std::string signature = {};     // what some names of no other network begin with

  bool needs_modality() const { return inputs.size() > 1; }
};

class Network : public Module {
 public:
  const NetworkFacts& facts() const { return facts_; }
  const std::string& name() const { return facts_.name; }
  bool needs_modality() const { return facts_.needs_modality(); }

  // image [N,H,W,3], normalised with the ImageNet mean and deviation; modality [N,H,W,3] in
  // 0..1: depth, optical flow or thermal. A network of one image does not look at it, and it may
  // be undefined. The first output is the prediction; maps may be smaller than the image.
  virtual std::vector<NamedOutput> outputs(const Tensor& image, const Tensor& modality) = 0;

  // All parameters, each in one group; pretrained encoders come first.
  virtual std::vector<ParameterGroup> parameter_groups() = 0;

  // Takes the weights of a file, under the names they have there: of the whole network if one
  // begins with facts().head, else of what a pretrained file can fill. `allow_partial`: such a
  // file may lack tensors, which keep their initial values.
  // Errors    InvalidInput for the file of another network.
  virtual LoadSummary import_weights(const io::NamedArrays& arrays, bool allow_partial) = 0;

 protected:
  explicit Network(NetworkFacts facts) : facts_(std::move(facts)) {}
  // "encoder": the parameters whose names begin with one of `prefixes`; "decoder": the rest.
  std::vector<ParameterGroup> encoder_and_decoder(const std::vector<std::string>& prefixes);

 private:
  NetworkFacts facts_;
};

// The names make_network() knows, in the order of the book.
const std::vector<std::string>& network_names();
// Errors    InvalidInput for an unknown name; the message lists those that exist.
const NetworkFacts& network_facts(const std::string& name);
// A network by its name, with initial values drawn from the Exec's seed. Errors as above.
std::unique_ptr<Network> make_network(Exec& exec, const std::string& name);

}  // namespace salix
