// The segment-contrastive loss (SegSort's, with a margin; DHFR, section 5.0 of its specification):
// each pixel is drawn to the prototypes of its class and pushed away from all others.
#pragma once

#include <cmath>

#include "engine/exec.h"
#include "engine/host_device.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct SegmentContrastParams {
  float concentration = 16;     // kappa, in (0, 25]
  float margin = 0.5;           // in [0, 1]
  int classes = 0;              // rows and prototypes of class < 0 or >= classes drop out; 0: < 0
  int groups = 1;               // parts of equal size that see nothing of each other
  bool published_sums = false;  // num as (sum over the class) - own term, in float32
};

// Of every row e_i with class y_i and own prototype c_i, over the prototypes j of its group:
//   pos_i = sum of exp(kappa (e_i . p_j - margin)) over z_j = y_i, j != c_i;  where that is 0 (no
//           other prototype of the class), the term of c_i alone
//   neg_i = sum of exp(kappa e_i . p_j) over z_j != y_i
//   loss  = mean of log(1 + neg_i / pos_i) over the rows that take part; 0 where none does
// All vectors have length 1 (or 0), so that an exponent minus kappa lies in [-2 kappa, 0]: sums of
// such terms are log-sum-exps that need no search for the largest, and the margin is a factor. With
// published_sums the own term is added and taken off again, in float32; a difference <= 0 counts as
// no other prototype.
//
// With s_i = neg_i / (pos_i + neg_i), a pair pulls with w_ij = kappa s_i exp(..) / neg_i, or
// -kappa s_i exp(..) / pos_i:  row_slope_i = sum_j w_ij p_j,  prototype_slope_j = sum_i w_ij e_i.
// No matrix of rows x prototypes is kept. As the weights are nearly all of the work and both passes
// need them, the forward gives the slopes; the backward only scales: d = dloss slope / counted,
// and 0 where no row counted.
//
// Shapes    rows [R,C] with row_class and own [R]; prototypes [K,C] with prototype_class [K];
//           bounds [B+1], B and R multiples of groups: group g has the rows from g R / groups on
//           and the prototypes from bounds(g B / groups) on. memory [M,C] with memory_class [M],
//           seen by all groups and constant, memory_bounds [D+1] from 0 on: its last element says
//           how many there are; all three may be empty. own(i): an index of prototypes, of class
//           row_class(i). loss and counted (the number of rows) of one element; slopes like rows
//           and prototypes, or both empty: no gradient wanted.
// Types     vectors float32 (float64 on the CPU), all alike; classes, own, bounds int32.
// Errors    InvalidInput for a concentration or margin out of range; on a GPU for C > 128.
// Writes    the outputs are overwritten, no overlap; slopes of what takes no part are zero.
// Repeats   run_to_run, whatever the thread count; no atomics.
struct SegmentContrastBuffers {
  ConstView rows, row_class, own;
  ConstView prototypes, prototype_class, bounds;
  ConstView memory, memory_class, memory_bounds;
  View loss, counted;
  View row_slope, prototype_slope;
};
struct SegmentContrastBackwardBuffers {
  ConstView dloss, counted, row_slope, prototype_slope;
  View drows, dprototypes;
};
void segment_contrast(Exec& exec, const SegmentContrastBuffers& buffers,
                      const SegmentContrastParams& params);
void segment_contrast_backward(Exec& exec, const SegmentContrastBackwardBuffers& buffers);

// --- Shared by all implementations. ---

inline constexpr float kMostConcentration = 25;  // loss terms below e^(3 kappa) K stay finite

SALIX_HOST_DEVICE inline bool takes_part(int label, int classes) {
  return label >= 0 && (classes == 0 || label < classes);
}

// What a row's terms add up to, all of them times exp(-shift), and what follows for its pairs.
template <typename Real>
struct ContrastRow {
  Real positive;  // num_i without the margin
  Real pull;      // kappa s_i / positive: times a term, what a positive pair pulls with
  Real push;      // kappa s_i / negative
  bool alone;     // the own term is the only positive one
};

// The published code subtracts terms that have their margin; with the same shift the float32 grid
// is the same. Otherwise kappa, so that no term exceeds 1.
SALIX_HOST_DEVICE inline float contrast_shift(const SegmentContrastParams& params) {
  return params.concentration * (params.published_sums ? params.margin : 1.0f);
}

// others: the sum over the class without the own term; with published_sums, the whole sum, in
// float32.
template <typename Real>
SALIX_HOST_DEVICE inline ContrastRow<Real> contrast_row(Real others, Real own, Real negative,
                                                        const SegmentContrastParams& params) {
  if (params.published_sums) {
    others = static_cast<Real>(static_cast<float>(others) - static_cast<float>(own));
  }
  ContrastRow<Real> row;
  row.alone = !(others > Real(0));
  row.positive = row.alone ? own : others;
  const Real kappa = static_cast<Real>(params.concentration);
  const Real rival =
      negative * static_cast<Real>(std::exp(kappa * static_cast<Real>(params.margin)));
  const Real share = kappa * (rival / (row.positive + rival));
  row.pull = share / row.positive;
  row.push = negative > Real(0) ? share / negative : Real(0);
  return row;
}

// The row's loss.
template <typename Real>
SALIX_HOST_DEVICE inline Real contrast_loss(const ContrastRow<Real>& row, Real negative,
                                            const SegmentContrastParams& params) {
  const Real kappa = static_cast<Real>(params.concentration);
  return std::log1p(negative *
                    static_cast<Real>(std::exp(kappa * static_cast<Real>(params.margin))) /
                    row.positive);
}

}  // namespace salix::kernels
