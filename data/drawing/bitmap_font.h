// A small pixel font for captions: printable ASCII, 5 x 7 dots and two rows of descenders.
#pragma once

#include <string>

#include "data/image/image.h"

namespace salix::data {

constexpr int kGlyphAdvance = 6;  // dots from one character to the next
constexpr int kGlyphHeight = 9;   // dots, descenders included

// The width of `text` in pixels, at `scale` pixels per dot. One character per UTF-8 code
// point; those outside ASCII are drawn as an empty box.
int text_width(const std::string& text, int scale);

// Draws `text` with its upper left corner at row `top`, column `left` of an RGB image;
// what lies outside the image is left out.
void draw_text(Image& image, int top, int left, const std::string& text, Rgb colour, int scale);

// `text`, or its beginning and end around "..." if it is wider than `width` pixels.
std::string shorten_text(const std::string& text, int width, int scale);

}  // namespace salix::data
