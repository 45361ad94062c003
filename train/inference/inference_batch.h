// Some items in the network at once: uploaded, computed and fetched without a wait in between.
#pragma once

#include <vector>

#include "data/loading/host_buffer.h"
#include "engine/fetch.h"
#include "train/inference/inference_item.h"
#include "train/inference/saliency_function.h"

namespace salix {

class InferenceBatch {
 public:
  // Queues all the work; on the host it is done on return. The items have been read, and outlive
  // this. `staging` holds the batch until the device has it: pinned memory for a GPU.
  // Errors    InvalidInput for images of several shapes, and what the network throws.
  InferenceBatch(Exec& exec, const SaliencyFunction& network, std::vector<InferenceItem*> items,
                 const data::HostMemory& staging);

  // Waits for the results and gives each item its own.
  void receive();

  const std::vector<InferenceItem*>& items() const { return items_; }

 private:
  std::vector<InferenceItem*> items_;
  data::HostBuffer image_, modality_;
  Shape shape_;  // of the logits
  Fetch probability_, logits_;
};

}  // namespace salix
