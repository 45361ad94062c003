// The blocks of the page: figures, tables, lists of facts.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "data/drawing/chart.h"
#include "train/report/html.h"

namespace salix::report {

// A part of the page with a place in its table of contents.
struct Section {
  std::string id, title;
  Html content;
};

// The lines of a chart by colour and name: for one chart, or over several with the same lines.
Html legend(const std::vector<data::Series>& series);

// A chart under its caption: "<title>. <sentence>". A legend when it has several named lines.
Html figure(const data::Chart& chart, const std::string& sentence, bool with_legend = true);

// Figures side by side where there is room. `narrow`: small ones, three in a row.
Html grid(const Html& figures, bool narrow = false);

struct Cell {
  Html content;
  bool number = true;  // to the right
  bool best = false;
};

// Rows under a heading of their own; "" for none.
struct RowGroup {
  Html heading;
  std::vector<std::vector<Cell>> rows;
};

// A table that scrolls inside its box where it is too wide. The first cell of a row is its heading.
Html table(const std::string& caption, const std::vector<Cell>& heading,
           const std::vector<RowGroup>& groups);

// A horizontal bar, `share` (0..1) of its cell: seen, not spoken, as a number stands beside it.
Html bar(double share);

using Facts = std::vector<std::pair<std::string, Html>>;

// Names and values in two columns.
Html definitions(const Facts& facts);

// A large number with a small line below.
struct KeyFigure {
  std::string name, value, unit, remark;
};
Html key_figures(const std::vector<KeyFigure>& figures);

}  // namespace salix::report
