// The exact Euclidean distance and feature transform: for every pixel the nearest pixel of the
// foreground (what scipy.ndimage.distance_transform_edt gives with return_indices).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace salix::metrics {

// foreground [H,W], nonzero inside, at least one pixel of it; sides 1..32767.
//
// Ties      the smallest column, then the smallest row, as SciPy's.
// Cost      linear in the pixels: nearest rows within columns for the whole image at once, then
//           for each row asked for the lower envelope of parabolas (Meijster, Roerdink,
//           Hesselink 2000; Felzenszwalb, Huttenlocher 2012), in integers.
class NearestForeground {
 public:
  NearestForeground(std::span<const std::uint8_t> foreground, int height, int width);

  // Flat indices and squared distances of row y, [W] each, overwritten; a foreground pixel is
  // its own nearest.
  void row(int y, std::span<std::int32_t> index, std::span<std::int32_t> squared_distance);

 private:
  // A column whose parabola (x - column)^2 + height is the lowest from `begin` on.
  struct Piece {
    std::int32_t column, begin, height;
  };
  std::size_t find_candidates(const std::int16_t* nearest_row, int y);
  std::size_t find_envelope(std::size_t candidates);

  std::int32_t width_;
  std::vector<std::int16_t> row_in_column_;  // [H,W], -1 where a column has no foreground
  std::vector<std::int32_t> height_;         // of the row's parabolas
  std::vector<std::int32_t> kept_, candidates_, owner_;  // columns; kept_ 0 or 1
  std::vector<Piece> envelope_;
};

}  // namespace salix::metrics
