// Whether numbers have left the road, told where they are: the device decides, the host reads
// it later. What the flag holds back: SgdParams::frozen, AdamParams::frozen, copy_many().
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// flag = 1 if any of values is infinite or not a number; else it stays as it is.
//
// Shapes    values any; flag [].
// Types     values float32 or float64; flag float32, so that ranks can add
//           theirs up.
// Writes    flag in place. No overlap.
// Repeats   run_to_run.
void mark_not_finite(Exec& exec, ConstView values, View flag);

}  // namespace salix::kernels
