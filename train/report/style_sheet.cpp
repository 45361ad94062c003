#include "train/report/style_sheet.h"

namespace salix::report {

// Text has a contrast of 4.5 to its ground and lines of charts one of 3, in both themes
// (tests/train/report/report_parts_test.cpp computes them).
std::string_view style_sheet() {
  return R"css(
:root {
  color-scheme: light dark;
  --paper: #fcfbf8; --ink: #2b2925; --faint: #696459; --rule: #dfdbd1; --grid: #ece9e1;
  --accent: #23694a; --bad: #b3261e;
  --c0: #0072b2; --c1: #c65300; --c2: #00805c; --c3: #b0508a; --c4: #2f8fc4; --c5: #a06b00;
  --c6: #57534b;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #181714; --ink: #e7e3da; --faint: #a8a296; --rule: #3b3831; --grid: #2a2823;
    --accent: #7fcaa2; --bad: #ff9a8f;
    --c0: #5aaee8; --c1: #f08a4b; --c2: #3cc299; --c3: #e693c4; --c4: #9bd3f5; --c5: #e8b54a;
    --c6: #b8b3a8;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0 auto; max-width: 70rem; padding: 2rem clamp(1rem, 4vw, 2.5rem) 4rem;
  background: var(--paper); color: var(--ink);
  font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1, h2, h3, h4, p, dl, dd, ul, figure { margin: 0; padding: 0; }
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; }
h2 { font-size: 1.25rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; margin-bottom: 1rem; }
h3 { font-size: 1rem; font-weight: 650; margin: 2rem 0 0.75rem; }
h4 { font-size: 0.8125rem; font-weight: 600; color: var(--accent); margin: 1rem 0 0.25rem; }
section { border-top: 1px solid var(--rule); margin-top: 2.5rem; padding-top: 1.25rem; }
a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code { font: 0.8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
strong { font-weight: 600; }
.remark, .place, .subtitle, figcaption, caption { color: var(--faint); font-weight: 400; }
.remark, figcaption, caption { font-size: 0.8125rem; }
figcaption strong { color: var(--ink); font-size: 0.875rem; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.subtitle { margin-top: 0.375rem; }
.subtitle span { display: inline-block; }
.subtitle span + span::before { content: "\00b7"; margin: 0 0.5em; }
nav ul, .legend { display: flex; flex-wrap: wrap; list-style: none; }
nav { margin-top: 1rem; }
nav ul { gap: 0.25rem 1.25rem; }
nav a { display: inline-block; padding: 0.25rem 0; }

.figures {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 9.5rem), 1fr));
  gap: 1rem 1.5rem; margin-top: 1.5rem;
}
.figures > div { border-top: 2px solid var(--ink); padding-top: 0.5rem; }
.figures dt { font-size: 0.8125rem; color: var(--faint); }
.figures .value { font-size: 1.5rem; line-height: 1.25; font-weight: 600; letter-spacing: -0.01em; }
.figures .unit { font-size: 0.875rem; font-weight: 400; color: var(--faint); letter-spacing: 0; }

.facts { columns: 25rem 2; column-gap: 2.5rem; font-size: 0.875rem; margin: 0.75rem 0; }
.facts > div {
  display: grid; grid-template-columns: minmax(7.5rem, 10rem) minmax(0, 1fr); gap: 0 1rem;
  padding: 0.25rem 0; break-inside: avoid; border-bottom: 1px solid var(--grid);
}
.facts dt { color: var(--faint); overflow-wrap: anywhere; }
.facts ul { list-style: none; }
.grid .facts { columns: auto; align-self: center; }
.command { border-left: 2px solid var(--rule); padding-left: 0.875rem; margin-bottom: 1rem; }

.grid {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr));
  gap: 1.75rem 2.5rem;
}
.grid > * { min-width: 0; }
.grid .scroll { margin: 0; align-self: center; }
.grid table { min-width: 0; width: 100%; }
.grid.narrow { grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: 1.25rem 2rem; }
.grid + *, .scroll + *, table + * { margin-top: 1.5rem; }
.plot { display: flex; flex-direction: column; gap: 0.375rem; break-inside: avoid; }
.plot .chart { margin-top: auto; }
.chart { display: block; width: 100%; height: auto; overflow: visible; }
.chart path { fill: none; stroke-linejoin: round; }
.chart text { font-size: 12px; fill: var(--ink); }
.chart .faint { fill: var(--faint); }
.chart .grid { stroke: var(--grid); }
.chart .axis { stroke: var(--faint); }
.chart [class^="c"] { stroke-linecap: round; }
.chart .c0 { stroke: var(--c0); } .chart .c1 { stroke: var(--c1); } .chart .c2 { stroke: var(--c2); }
.chart .c3 { stroke: var(--c3); } .chart .c4 { stroke: var(--c4); } .chart .c5 { stroke: var(--c5); }
.chart .c6 { stroke: var(--c6); }
.chart .pale { stroke-opacity: 0.4; }
.legend { gap: 0.125rem 1rem; font-size: 0.8125rem; }
.legend + .grid { margin-top: 0.75rem; }
.key { display: inline-block; width: 1.25rem; margin-right: 0.375rem; vertical-align: 0.25em; border-top: 2.5px solid; }
.key.c0 { color: var(--c0); } .key.c1 { color: var(--c1); } .key.c2 { color: var(--c2); }
.key.c3 { color: var(--c3); } .key.c4 { color: var(--c4); } .key.c5 { color: var(--c5); }
.key.c6 { color: var(--c6); }
.key.pale { opacity: 0.4; border-top-width: 1.5px; }
.key.dashed { border-top-style: dashed; }

.scroll { position: relative; overflow-x: auto; margin-top: 1rem; }
table { border-collapse: collapse; font-size: 0.875rem; min-width: min(100%, 40rem); }
caption { caption-side: top; text-align: left; padding-bottom: 0.375rem; max-width: calc(100vw - 2rem); }
th, td { padding: 0.3125rem 0.625rem; white-space: nowrap; border-bottom: 1px solid var(--grid); }
th { font-weight: 400; }
thead th { color: var(--faint); border-bottom-color: var(--rule); }
th:first-child { padding-left: 0; position: sticky; left: 0; background: var(--paper); }
.words { text-align: left; }
.number { text-align: right; }
.group { font-weight: 600; padding-top: 0.875rem; }
.best { font-weight: 650; text-decoration: underline 2px var(--accent); text-underline-offset: 0.25em; }
.arrow { color: var(--faint); }
.bar { display: block; width: 10rem; }
.bar span { display: block; height: 0.5rem; min-width: 1px; background: var(--c0); }
.state::before { content: "\25cb"; margin-right: 0.375em; color: var(--faint); }
.state.done::before { content: "\25cf"; color: var(--accent); }
.state.failed { color: var(--bad); }
.state.failed::before { content: "\2715"; color: var(--bad); }

details { margin-top: 0.75rem; }
summary { cursor: pointer; color: var(--accent); padding: 0.25rem 0; width: fit-content; }
#notes ul { padding-left: 1.25rem; }

.sample { display: grid; grid-template-columns: 10.5rem minmax(0, 1fr); gap: 0.25rem 1.5rem; padding: 0.625rem 0; break-inside: avoid; }
.sample + .sample { border-top: 1px solid var(--grid); }
.sample figcaption strong { display: block; overflow-wrap: anywhere; }
.scores span { display: block; white-space: nowrap; }
.strip { display: grid; grid-template-columns: repeat(var(--tiles), minmax(0, 1fr)); gap: 0.5rem; }
.tile { font-size: 0.75rem; line-height: 1.35; color: var(--faint); }
.tile img { display: block; width: 100%; height: auto; margin-bottom: 0.25rem; outline: 1px solid var(--rule); }
.tile span { display: block; }

@media (max-width: 40rem) {
  body { padding-top: 1.25rem; }
  h1 { font-size: 1.5rem; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .chart text { font-size: 14px; }
  .narrow .chart text { font-size: 12px; }
  .facts > div { grid-template-columns: 7.5rem minmax(0, 1fr); }
  .sample { grid-template-columns: minmax(0, 1fr); }
  .sample figcaption strong, .scores span { display: inline; margin-right: 0.5em; }
  .strip { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .strip.few { grid-template-columns: repeat(4, minmax(0, 1fr)); }
  .bar { width: 6rem; }
  nav a { padding: 0.5rem 0; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  nav, summary { display: none; }
  .scroll { overflow: visible; }
  h2, h3, h4 { break-after: avoid; }
  .bar span, .tile img { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";
}

}  // namespace salix::report
