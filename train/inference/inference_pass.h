// The one way from images to maps: prediction, the scores of a set, pseudo labels and contact
// sheets are items that go through it.
#pragma once

#include "train/inference/inference_window.h"
#include "train/inference/saliency_function.h"

namespace salix {

// What report() may throw to end a pass, for whoever started it.
class PassStopped : public Error {
 public:
  using Error::Error;
};

// Takes each item through read(), the network and finish(), and report(), in the order of the list.
// The network and report() run on the calling thread; read() and finish() on as many threads as the
// Exec has. On a GPU all three go on at the same time; on the CPU, where the network needs the same
// cores, it takes turns with the workers. With one thread, or one item, no thread is made.
//
// Batches   consecutive items that could be read, up to `batch`, as InferenceItem::batching allows:
//           they depend on the list alone, and so does every result.
// Memory    inference_items_alive() items hold pixels at most.
// Waits     a device stands still at most once per batch; on a GPU the next one is queued before
//           the results of the last are awaited.
// Errors    an item's failure is its own. What report() throws ends the pass, and so does what the
//           network throws (but see Batching::kAlone), after the items before have been finished.
void run_inference(Exec& exec, const SaliencyFunction& network, InferenceItems items, int batch);

}  // namespace salix
