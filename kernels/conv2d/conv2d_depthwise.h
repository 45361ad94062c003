// Depthwise 3x3 convolution of stride 1 in vector code: what MobileNets and LocalViT spend their
// memory bandwidth on.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"
#include "kernels/conv2d/conv2d.h"

namespace salix::kernels::depthwise {

// float32, one 3x3 filter per channel, stride and padding 1, channels in whole vectors. Weight and
// maps as in conv2d.h.
bool suits(const ConstView& x, const Shape& weight, const Conv2dParams& params);

// y = act(conv(x) + bias); bias may be empty.
void conv2d(Exec& exec, ConstView x, ConstView weight, ConstView bias, View y,
            const Conv2dParams& params);
void backward_data(Exec& exec, ConstView dy, ConstView weight, View dx);
// Repeats   run_to_run, whatever the thread count: sums are cut by rows and added in order.
void backward_weight(Exec& exec, ConstView x, ConstView dy, View dweight);

}  // namespace salix::kernels::depthwise
