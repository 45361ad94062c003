#include "train/report/blocks.h"

#include "train/report/numbers.h"

namespace salix::report {
namespace {

// The class of the cell's look.
std::string class_of(const Cell& cell) {
  return std::string(cell.number ? "number" : "words") + (cell.best ? " best" : "");
}

const Html kSpokenBest = element("span", {{"class", "spoken"}}, text(", best"));

Html row(const std::vector<Cell>& cells) {
  Html html;
  for (const Cell& cell : cells) {
    html += &cell == cells.data()
                ? element("th", {{"scope", "row"}, {"class", "words"}}, cell.content)
                : element("td", {{"class", class_of(cell)}},
                          cell.content + (cell.best ? kSpokenBest : Html{}));
  }
  return element("tr", html);
}

}  // namespace

Html legend(const std::vector<data::Series>& series) {
  Html items;
  for (std::size_t k = 0; k < series.size(); ++k) {
    if (series[k].name.empty()) continue;
    const int place = series[k].colour < 0 ? static_cast<int>(k) : series[k].colour;
    const std::string look = "key c" + std::to_string(place % data::kChartColours) +
                             (series[k].pale ? " pale" : "") +
                             (place / data::kChartColours % 2 != 0 ? " dashed" : "");
    items += element("li", element("span", {{"class", look}}, {}) + text(series[k].name));
  }
  return items.empty() ? items : element("ul", {{"class", "legend"}}, items);
}

Html figure(const data::Chart& chart, const std::string& sentence, bool with_legend) {
  Html caption = element("strong", text(chart.title));
  if (!sentence.empty()) caption += text(" " + sentence);
  const std::string what = chart.y.title.empty() ? "" : ": " + chart.y.title;
  const std::string name = chart.title + what + " over " + chart.x.title + ". " + sentence;
  return element("figure", {{"class", "plot"}},
                 element("figcaption", caption) +
                     (with_legend && chart.series.size() > 1 ? legend(chart.series) : Html{}) +
                     Html{data::chart_svg_inline(chart, name)});
}

Html grid(const Html& figures, bool narrow) {
  if (figures.empty()) return {};
  return element("div", {{"class", narrow ? "grid narrow" : "grid"}}, figures);
}

Html table(const std::string& caption, const std::vector<Cell>& heading,
           const std::vector<RowGroup>& groups) {
  Html head;
  for (const Cell& cell : heading)
    head += element("th", {{"scope", "col"}, {"class", class_of(cell)}}, cell.content);
  Html body;
  for (const RowGroup& group : groups) {
    Html rows;
    if (!group.heading.empty()) {
      rows += element("tr", element("th",
                                    {{"scope", "rowgroup"},
                                     {"class", "words group"},
                                     {"colspan", std::to_string(heading.size())}},
                                    group.heading));
    }
    for (const auto& cells : group.rows) rows += row(cells);
    body += element("tbody", rows);
  }
  const Html all = element("caption", text(caption)) + element("thead", element("tr", head)) + body;
  return element(
      "div", {{"class", "scroll"}, {"role", "region"}, {"tabindex", "0"}, {"aria-label", caption}},
      element("table", all));
}

Html bar(double share) {
  return element("span", {{"class", "bar"}, {"aria-hidden", "true"}},
                 element("span", {{"style", "width:" + fixed(100 * share, 1) + "%"}}, {}));
}

Html definitions(const Facts& facts) {
  Html items;
  for (const auto& [name, value] : facts)
    items += element("div", element("dt", text(name)) + element("dd", value));
  return items.empty() ? items : element("dl", {{"class", "facts"}}, items);
}

Html key_figures(const std::vector<KeyFigure>& figures) {
  Html items;
  for (const KeyFigure& figure : figures) {
    Html value = element(
        "dd", {{"class", "value"}},
        text(figure.value) + (figure.unit.empty()
                                  ? Html{}
                                  : element("span", {{"class", "unit"}}, text(" " + figure.unit))));
    if (!figure.remark.empty()) value += element("dd", {{"class", "remark"}}, text(figure.remark));
    items += element("div", element("dt", text(figure.name)) + value);
  }
  return items.empty() ? items : element("dl", {{"class", "figures"}}, items);
}

}  // namespace salix::report
