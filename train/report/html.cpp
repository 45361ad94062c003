#include "train/report/html.h"

#include <cstdint>

namespace salix::report {
namespace {

bool continues(std::string_view bytes, std::size_t at) {
  return at < bytes.size() && (static_cast<unsigned char>(bytes[at]) & 0xC0u) == 0x80u;
}

// How many bytes the UTF-8 character at `at` has; 0 where there is none: stray and missing
// continuations, longer forms than needed, surrogates, beyond U+10FFFF.
std::size_t character_length(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t k) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + k]));
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return 0;
  for (std::size_t k = 1; k < length; ++k)
    if (!continues(bytes, at + k)) return 0;
  const std::uint32_t lead = first << 8u | byte(1);
  const bool overlong = (lead >= 0xE080 && lead < 0xE0A0) || (lead >= 0xF080 && lead < 0xF090);
  const bool surrogate = lead >= 0xEDA0 && lead <= 0xEDBF;
  return overlong || surrogate || (lead >= 0xF490 && first == 0xF4) ? 0 : length;
}

void append_ascii(std::string& out, char letter) {
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
    case '\'':
      out += "&#39;";
      break;
    default: {
      const auto code = static_cast<unsigned char>(letter);
      out += code < 0x20 || code == 0x7F ? ' ' : letter;
    }
  }
}

std::string opening(std::string_view name, Attributes attributes) {
  std::string code = "<";
  code += name;
  for (const auto& [attribute, value] : attributes) {
    code += ' ';
    code += attribute;
    code += "=\"" + text(value).code + '"';
  }
  return code + '>';
}

}  // namespace

Html text(std::string_view words) {
  Html html;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t length = character_length(words, at);
    if (length == 1) {
      append_ascii(html.code, words[at]);
    } else if (length == 0) {
      html.code += "\xEF\xBF\xBD";
    } else {
      html.code += words.substr(at, length);
    }
    at += length == 0 ? 1 : length;
  }
  return html;
}

Html element(std::string_view name, Attributes attributes, const Html& content) {
  return {opening(name, attributes) + content.code + "</" + std::string(name) + ">"};
}

Html element(std::string_view name, const Html& content) { return element(name, {}, content); }

Html void_element(std::string_view name, Attributes attributes) {
  return {opening(name, attributes)};
}

Html section(std::string_view id, std::string_view title, const Html& content) {
  if (content.empty()) return {};
  return element("section", {{"id", id}}, element("h2", text(title)) + content);
}

Html folded(std::string_view title, const Html& content) {
  if (content.empty()) return {};
  return element("details", element("summary", text(title)) + content);
}

}  // namespace salix::report
