// Charts as SVG.
#include <cstdio>

#include "data/drawing/chart_drawing.h"

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

// A tenth of a pixel is enough inside a page, and a long curve is a third shorter.
std::string tenths(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string class_of(const detail::Ink& ink) {
  if (ink.role == detail::Role::kGrid) return "grid";
  if (ink.role != detail::Role::kSeries) return "axis";
  std::string name = "c";
  name += static_cast<char>('0' + ink.colour);
  return ink.pale ? name + " pale" : name;
}

const char* anchor_name(detail::Anchor anchor) {
  if (anchor == detail::Anchor::kStart) return "start";
  return anchor == detail::Anchor::kMiddle ? "middle" : "end";
}

}  // namespace

std::string chart_svg(const Chart& chart) {
  const detail::Drawing drawing = detail::draw_chart(chart, detail::kPosterLayout);
  const std::string width = std::to_string(drawing.width), height = std::to_string(drawing.height);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " +
                    height + "\" width=\"" + width + "\" height=\"" + height +
                    "\" font-family=\"sans-serif\" font-size=\"16\">\n<rect width=\"" + width +
                    "\" height=\"" + height + "\" fill=\"" + colour(detail::kPaper) + "\"/>\n";
  for (const detail::Stroke& stroke : drawing.strokes) {
    svg += "<polyline fill=\"none\" stroke=\"" + colour(detail::rgb_of(stroke.ink)) +
           "\" stroke-width=\"" + decimal(stroke.width) + "\" stroke-linejoin=\"round\"" +
           (stroke.ink.role == detail::Role::kSeries ? " stroke-linecap=\"round\"" : "") +
           " points=\"";
    for (const detail::Point& point : stroke.points)
      svg += decimal(point.x) + "," + decimal(point.y) + " ";
    svg.back() = '"';
    svg += "/>\n";
  }
  for (const detail::Label& label : drawing.labels) {
    // 0.35 em below the middle is the baseline; not every viewer knows dominant-baseline.
    svg += "<text x=\"" + decimal(label.at.x) + "\" y=\"" + decimal(label.at.y) +
           "\" dy=\"0.35em\" text-anchor=\"" + anchor_name(label.anchor) + "\" fill=\"" +
           colour(detail::rgb_of({label.role})) + "\"" +
           (label.strong ? " font-weight=\"bold\"" : "") + ">" + escaped(label.text) + "</text>\n";
  }
  return svg + "</svg>\n";
}

std::string chart_svg_inline(const Chart& chart, const std::string& name) {
  const detail::Drawing drawing = detail::draw_chart(chart, detail::kInlineLayout);
  std::string svg = "<svg class=\"chart\" role=\"img\" aria-label=\"" + escaped(name) +
                    "\" viewBox=\"0 0 " + std::to_string(drawing.width) + " " +
                    std::to_string(drawing.height) + "\">";
  const detail::Stroke* before = nullptr;
  for (const detail::Stroke& stroke : drawing.strokes) {
    // Strokes alike are one path: a grid is one element, and so are the dots of a line.
    if (before == nullptr || before->ink != stroke.ink || before->width != stroke.width) {
      if (before != nullptr) svg += "\"/>";
      svg += "<path class=\"" + class_of(stroke.ink) + "\" stroke-width=\"" +
             decimal(stroke.width) + "\" d=\"";
    }
    char command = 'M';
    for (const detail::Point& point : stroke.points) {
      svg += command + tenths(point.x) + " " + tenths(point.y);
      command = 'L';
    }
    before = &stroke;
  }
  if (before != nullptr) svg += "\"/>";
  for (const detail::Label& label : drawing.labels) {
    if (label.text.empty()) continue;
    svg += "<text x=\"" + tenths(label.at.x) + "\" y=\"" + tenths(label.at.y) +
           "\" dy=\"0.35em\" text-anchor=\"" + anchor_name(label.anchor) + "\"" +
           (label.role == detail::Role::kFaint ? " class=\"faint\"" : "") + ">" +
           escaped(label.text) + "</text>";
  }
  return svg + "</svg>";
}

}  // namespace salix::data
