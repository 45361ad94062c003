// Charts as SVG.
#include <cstdio>

#include "data/chart_drawing.h"

namespace salix::data {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
    }
  }
  return out;
}

std::string colour(Rgb rgb) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", rgb.r, rgb.g, rgb.b);
  return text;
}

std::string decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

const char* anchor_name(detail::Anchor anchor) {
  if (anchor == detail::Anchor::kStart) return "start";
  return anchor == detail::Anchor::kMiddle ? "middle" : "end";
}

}  // namespace

std::string chart_svg(const Chart& chart) {
  const detail::Drawing drawing = detail::draw_chart(chart);
  const std::string width = std::to_string(drawing.width), height = std::to_string(drawing.height);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " +
                    height + "\" width=\"" + width + "\" height=\"" + height +
                    "\" font-family=\"sans-serif\" font-size=\"16\">\n<rect width=\"" + width +
                    "\" height=\"" + height + "\" fill=\"" + colour(detail::kPaper) + "\"/>\n";
  for (const detail::Stroke& stroke : drawing.strokes) {
    svg += "<polyline fill=\"none\" stroke=\"" + colour(stroke.colour) + "\" stroke-width=\"" +
           decimal(stroke.width) + "\" stroke-linejoin=\"round\" points=\"";
    for (const detail::Point& point : stroke.points)
      svg += decimal(point.x) + "," + decimal(point.y) + " ";
    svg.back() = '"';
    svg += "/>\n";
  }
  for (const detail::Label& label : drawing.labels) {
    // 0.35 em below the middle is the baseline; not every viewer knows dominant-baseline.
    svg += "<text x=\"" + decimal(label.at.x) + "\" y=\"" + decimal(label.at.y) +
           "\" dy=\"0.35em\" text-anchor=\"" + anchor_name(label.anchor) + "\" fill=\"" +
           colour(label.colour) + "\"" + (label.strong ? " font-weight=\"bold\"" : "") + ">" +
           escaped(label.text) + "</text>\n";
  }
  return svg + "</svg>\n";
}

}  // namespace salix::data
