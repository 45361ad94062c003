// Differentiable look-up of table rows.
#pragma once

#include "engine/tensor.h"

namespace salix {

// table [V,...], index int32 or int64 of any shape -> [index's axes, table's axes but the
// first]: the row of the table for every index. Gradients flow to the table.
Tensor gather(const Tensor& table, const Tensor& index);

}  // namespace salix
