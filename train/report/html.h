// HTML as a type of its own: text becomes markup only through text(), which escapes it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace salix::report {

struct Html {
  std::string code;  // markup

  Html& operator+=(const Html& more) {
    code += more.code;
    return *this;
  }
  friend Html operator+(Html a, const Html& b) { return a += b; }
  bool empty() const { return code.empty(); }
};

// Characters of HTML's own are escaped, control characters become spaces, and what is no UTF-8
// (a folder's name need not be) becomes U+FFFD.
Html text(std::string_view words);

using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// <name attribute="value">content</name>; values are escaped.
Html element(std::string_view name, Attributes attributes, const Html& content);
Html element(std::string_view name, const Html& content);
// <name attribute="value">, for elements without content (img, meta, br).
Html void_element(std::string_view name, Attributes attributes);

// A <section> under a heading: <section id="id"><h2>title</h2>...; nothing for no content.
Html section(std::string_view id, std::string_view title, const Html& content);

// <details><summary>title</summary>content</details>
Html folded(std::string_view title, const Html& content);

}  // namespace salix::report
