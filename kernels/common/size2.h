// A pair of numbers, one per spatial axis.
#pragma once

namespace salix::kernels {

// Size2 stride = 2 means 2 along both axes; {2, 1} means 2 along H and 1 along W.
struct Size2 {
  int h;
  int w;

  constexpr Size2(int both) : h(both), w(both) {}
  constexpr Size2(int along_h, int along_w) : h(along_h), w(along_w) {}
  friend constexpr bool operator==(const Size2&, const Size2&) = default;
};

}  // namespace salix::kernels
