// The one way from images to maps: reads, computes and writes at the same time. Prediction, the
// scores of a set, pseudo labels and contact sheets are items that go through it.
#pragma once

#include "train/inference/inference_window.h"
#include "train/inference/saliency_function.h"

namespace salix {

// Takes each item through read(), the network and finish(), side by side on as many threads as the
// Exec has, and report() on the calling one, in order. The network runs on the calling thread. With
// one thread, or one item, all is done in turn there, and no thread is made.
//
// Batches   consecutive items that could be read, up to `batch`, as InferenceItem::batching allows:
//           they depend on the list alone, and so does every result.
// Memory    inference_items_alive(batch, threads) items hold pixels at most.
// Waits     a device stands still at most once per batch; on a GPU the next one is queued before
//           the results of the last are awaited.
// Errors    an item's failure is its own. What report() throws ends the pass, and so does what the
//           network throws (but see Batching::kAlone), after the items before have been finished.
void run_inference(Exec& exec, const SaliencyFunction& network, InferenceItems items, int batch);

}  // namespace salix
