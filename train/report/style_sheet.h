// The look of the page: light and dark, screen and paper, any width.
#pragma once

#include <string_view>

namespace salix::report {

std::string_view style_sheet();

}  // namespace salix::report
