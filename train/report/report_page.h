// The report of a run: one HTML file that needs nothing else.
#pragma once

#include <filesystem>
#include <string>

#include "train/report/report_facts.h"

namespace salix::report {

struct PageOptions {
  int images = 3;  // of each kind (best, median, worst) and set; 0: no pictures
  std::size_t most_picture_bytes = 2'300'000;  // of all together, in the page
};

struct Page {
  std::string html;
  Notes notes;  // what was left out; stands on the page too
};

// The page refers to nothing outside itself, and its own policy forbids it: no script, no font, no
// address. Equal files give equal bytes.
Page make_page(const ReportFacts& facts, const PageOptions& options = {});

}  // namespace salix::report
