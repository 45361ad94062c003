// One image on its way through a network: its class says how it is read and what becomes of its
// map. `salix predict`, the scores of a set and a contact sheet each have one.
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "data/image/image.h"
#include "engine/exec.h"
#include "engine/shape.h"

namespace salix {

// With whom an item goes through the network.
enum class Batching {
  kJoin,   // with those before it, while there is room
  kBegin,  // with those after it
  kAlone   // by itself; what the network throws then is the item's failure, and the others go on
};

// Values in host memory, channels last.
struct HostValues {
  Shape shape{0};
  std::vector<float> values;
};

class InferenceItem {
 public:
  virtual ~InferenceItem() = default;

  // On any thread, beside those of other items. What read() or finish() throws is the item's
  // failure: it is left out, and the others go on.
  //
  // Fills `image`, and `modality` where there is one.
  virtual void read() = 0;
  // Makes use of `map` and `logits`. `host` is a CPU Exec of this thread, for work that needs one.
  // Pixels that report() does not need are let go: items wait here for slower ones before them.
  virtual void finish(Exec& host) = 0;
  // On the calling thread, in the order of the list, failed or not. What it throws ends the pass.
  virtual void report() {}

  // The sentence of `failure`; only for an item that failed.
  std::string failure_text() const;

  Batching batching = Batching::kJoin;
  bool wants_map = true, wants_logits = false;

  HostValues image;     // [1,S,S,3], normalised; of an item by itself [N,H,W,3]
  HostValues modality;  // likewise, in 0..1; empty stands for zeros
  data::FloatMap map;   // [h,w], probabilities
  HostValues logits;    // [1,h,w,1], what the map was made from; of an item by itself [N,h,w,1]; of
                        // a classifier [1,classes]
  std::exception_ptr failure;
};

}  // namespace salix
