// The intersection-over-union loss on soft maps, with the sigmoid.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct IouParams {
  double epsilon = 1e-7;         // added to the union
  double smoothing = 0;          // added to intersection and union
  bool threshold_target = true;  // T = [target > 0.5], else T = target
};

// loss = mean_n [1 - (I_n + s) / (U_n + s + epsilon)],  I = sum QT, U = sum (Q + T - QT) over
// sample n, Q = 1 / (1 + e^-x), s = smoothing;
// dx = -dloss / N (T (U + s + epsilon) - (I + s) (1 - T)) / (U + s + epsilon)^2 Q (1 - Q).
// sums(n) = (I_n, U_n), for the backward. Without smoothing an empty target gives exactly 1 and
// no gradient; with it such a sample is pulled down.
//
// Shapes    x, target and dx alike, [N,...], not empty; sums [N,2]; loss and dloss of one
//           element.
// Types     float32; float64 on the CPU; all alike.
// Writes    loss, sums and dx are overwritten; no overlap with an input.
// Repeats   run_to_run, whatever the thread count.
void iou(Exec& exec, ConstView x, ConstView target, View loss, View sums, IouParams params);
void iou_backward(Exec& exec, ConstView dloss, ConstView x, ConstView target, ConstView sums,
                  View dx, IouParams params);

}  // namespace salix::kernels
