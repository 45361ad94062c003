// A strict look at HTML: every tag closed in order, every attribute quoted.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace salix::testing {

inline bool is_void(const std::string& name) {
  return name == "meta" || name == "img" || name == "br" || name == "!DOCTYPE";
}

// Where the markup is wrong; "" where it is not.
inline std::string fault_of(const std::string& html) {
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    // Attribute values are escaped: a '>' ends the tag.
    const std::size_t end = html.find('>', at);
    if (end == std::string::npos) return "a tag without end: " + html.substr(at, 40);
    const std::string tag = html.substr(at + 1, end - at - 1);
    const std::size_t name_end = tag.find_first_of(" /", 1);
    const std::string name = tag.substr(0, name_end);
    if (name.empty() || tag.find('<') != std::string::npos)
      return "a stray <: " + tag.substr(0, 40);
    std::size_t quotes = 0;
    for (const char letter : tag) quotes += letter == '"' ? 1 : 0;
    if (quotes % 2 != 0) return "an open quote: " + tag.substr(0, 80);
    if (name[0] == '/') {
      if (open.empty() || open.back() != name.substr(1))
        return "</" + name.substr(1) + "> closes " + (open.empty() ? "nothing" : open.back());
      open.pop_back();
    } else if (!is_void(name) && tag.back() != '/') {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

inline std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

// The page needs nothing outside itself.
inline void expect_self_contained(const std::string& html) {
  for (const char* foreign : {"http:", "https:", "src=\"/", "src=\"f", "<script", "<link",
                              "@import", "url(", "<iframe", "href=\"/", "href=\"h", "xlink"})
    EXPECT_EQ(html.find(foreign), std::string::npos) << foreign;
  EXPECT_EQ(count_of(html, " src=\""), count_of(html, " src=\"data:image/"));
  EXPECT_EQ(count_of(html, " href=\""), count_of(html, " href=\"#"));
}

}  // namespace salix::testing
