// Where the tokens of Swin's windows lie in an unrolled token grid, and which pairs of them do not
// see each other. One formula for all devices.
#pragma once

#include <cstdint>

#include "engine/host_device.h"

namespace salix::kernels {

// A grid [height,width] cut into windows of `window` x `window` tokens after it was rolled up and
// left by `shift`. Windows count row by row, tokens row by row inside their window.
struct WindowGrid {
  int height;
  int width;
  int window;
  int shift;

  SALIX_HOST_DEVICE int windows_across() const { return width / window; }
  SALIX_HOST_DEVICE int windows() const { return height / window * windows_across(); }
  SALIX_HOST_DEVICE int tokens() const { return window * window; }

  // The place of a token in the rolled grid.
  SALIX_HOST_DEVICE int rolled_row(int of_window, int token) const {
    return of_window / windows_across() * window + token / window;
  }
  SALIX_HOST_DEVICE int rolled_column(int of_window, int token) const {
    return of_window % windows_across() * window + token % window;
  }

  // The pixel of the grid as it lies in memory, row * width + column, that the token is.
  SALIX_HOST_DEVICE int pixel(int of_window, int token) const {
    return pixel_at(rolled_row(of_window, token), rolled_column(of_window, token));
  }
  SALIX_HOST_DEVICE int pixel_at(int row_of_rolled, int column_of_rolled) const {
    const int row = row_of_rolled + shift, column = column_of_rolled + shift;
    return (row < height ? row : row - height) * width + (column < width ? column : column - width);
  }

  // The pixel at the token's place if the grid had not been rolled: whose saliency counts. (The
  // published network cuts the saliency map into windows without the roll.)
  SALIX_HOST_DEVICE int unrolled_pixel(int of_window, int token) const {
    return rolled_row(of_window, token) * width + rolled_column(of_window, token);
  }

  // Tokens of a window with different regions were not neighbours before the roll.
  SALIX_HOST_DEVICE int region(int of_window, int token) const {
    return region_at(rolled_row(of_window, token), rolled_column(of_window, token));
  }
  SALIX_HOST_DEVICE int region_at(int row_of_rolled, int column_of_rolled) const {
    return 3 * stripe(row_of_rolled, height) + stripe(column_of_rolled, width);
  }

  // The row of the bias table for query i and key j: their offset, from -(window - 1) on.
  SALIX_HOST_DEVICE int bias_row(int i, int j) const {
    return (i / window - j / window + window - 1) * (2 * window - 1) + i % window - j % window +
           window - 1;
  }

 private:
  // Before the last window, the last one's part that was there already, the part rolled in.
  SALIX_HOST_DEVICE int stripe(int place, int size) const {
    if (shift == 0 || place < size - window) return 0;
    return place < size - shift ? 1 : 2;
  }
};

// What a saliency value makes of a token.
enum class TokenKind { kNeither, kForeground, kBackground };

SALIX_HOST_DEVICE inline TokenKind token_kind(double saliency) {
  if (saliency >= 0.8) return TokenKind::kForeground;
  return saliency < 0.2 ? TokenKind::kBackground : TokenKind::kNeither;
}
SALIX_HOST_DEVICE inline TokenKind token_kind(float saliency) {
  if (saliency >= 0.8f) return TokenKind::kForeground;
  return saliency < 0.2f ? TokenKind::kBackground : TokenKind::kNeither;
}

// Added to the logit of a pair that does not see each other.
inline constexpr float kHiddenPair = -100.0f;

}  // namespace salix::kernels
