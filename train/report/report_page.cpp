#include "train/report/report_page.h"

#include "data/sets/task.h"
#include "engine/error.h"
#include "train/report/sections.h"
#include "train/report/style_sheet.h"

namespace salix::report {
namespace {

// "Training of a network, recipe pseudo-labels" or "Pipeline of cornet"; the page's title.
std::string title_of(const ReportFacts& facts) {
  if (facts.pipeline) return facts.network.empty() ? "Pipeline" : "Pipeline of " + facts.network;
  const RunFacts& run = *facts.steps.front().run;
  const std::string network = run.config ? text_of(*run.config, "network") : "";
  std::string title = network.empty() ? "Training run" : "Training of " + network;
  if (!run.config) return title;
  const std::string recipe = text_of(*run.config, "recipe");
  if (!recipe.empty()) title += ", recipe " + recipe;
  // Runs of before there were recipes.
  if (const std::int64_t stage = integer_of(*run.config, "stage"); stage > 0)
    title += str(", stage ", stage);
  return title;
}

const RunFacts* first_run(const ReportFacts& facts) {
  for (const StepFacts& step : facts.steps)
    if (step.run) return &*step.run;
  return nullptr;
}

std::string task_words(const std::string& letters) {
  if (letters == "c") return "RGB";
  if (letters == "d") return "RGB-D";
  if (letters == "o") return "video";
  if (letters == "t") return "RGB-T";
  return letters.empty() ? "" : "tasks " + letters;
}

// One line of where and when, below the title.
Html subtitle(const ReportFacts& facts) {
  std::vector<std::string> parts;
  const RunFacts* run = first_run(facts);
  std::string task = facts.task;
  if (task.empty() && run != nullptr && run->config) task = text_of(*run->config, "trset");
  if (!task.empty()) parts.push_back(task_words(task));
  if (run != nullptr && run->manifest) {
    const Json& manifest = *run->manifest;
    if (std::string when = text_of(manifest, "started"); when.size() == 20)
      parts.push_back(when.substr(0, 10) + " " + when.substr(11, 5) + " UTC");
    if (const std::string device = text_of(manifest, "device"); !device.empty())
      parts.push_back("on " + device);
    if (const std::string version = text_of(manifest, "salix"); !version.empty())
      parts.push_back("salix " + version);
  }
  Html line;
  for (const std::string& part : parts) line += element("span", text(part));
  return line.empty() ? line : element("p", {{"class", "subtitle"}}, line);
}

void add(std::vector<Section>& sections, std::string id, std::string title, Html content) {
  if (!content.empty()) sections.push_back({std::move(id), std::move(title), std::move(content)});
}

std::vector<Section> sections_of(const ReportFacts& facts, const PageOptions& options,
                                 Notes& notes) {
  std::vector<Section> sections;
  const Html scores = score_table(facts.evaluations) + score_questions(facts.evaluations);
  const Html curves = score_curves(facts.evaluations);
  if (facts.pipeline) add(sections, "scores", "Scores", scores + curves);
  std::size_t number = 0;
  for (const StepFacts& step : facts.steps) {
    ++number;
    if (!step.run) continue;
    add(sections, facts.pipeline ? str("step-", number) : "training",
        facts.pipeline ? step.title : "Training",
        training_curves(*step.run) + logged_pictures(*step.run, notes) + epoch_scores(*step.run) +
            speed(*step.run));
  }
  if (!facts.pipeline) add(sections, "scores", "Scores", scores + curves);
  add(sections, "images", "Images",
      sample_pictures(facts.evaluations, {options.images, options.most_picture_bytes}, notes));
  Html origins;
  for (const StepFacts& step : facts.steps) {
    if (!step.run) continue;
    const Html origin = provenance(*step.run);
    if (facts.pipeline && !origin.empty()) origins += element("h3", text(step.title));
    origins += origin;
  }
  add(sections, "provenance", "Provenance", std::move(origins));
  return sections;
}

Html note_list(const Notes& notes) {
  Html items;
  for (const std::string& note : notes) items += element("li", text(note));
  return items.empty() ? items : element("ul", items);
}

Html head(const std::string& title) {
  return element(
      "head",
      void_element("meta", {{"charset", "utf-8"}}) +
          void_element("meta",
                       {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}) +
          void_element("meta", {{"name", "color-scheme"}, {"content", "light dark"}}) +
          void_element("meta", {{"http-equiv", "Content-Security-Policy"},
                                {"content",
                                 "default-src 'none'; img-src data:; style-src 'unsafe-inline'"}}) +
          element("title", text(title)) + element("style", Html{std::string(style_sheet())}));
}

}  // namespace

Page make_page(const ReportFacts& facts, const PageOptions& options) {
  Page page{.html = {}, .notes = facts.notes};
  const std::string title = title_of(facts);
  std::vector<Section> sections = sections_of(facts, options, page.notes);
  add(sections, "notes", "Left out", note_list(page.notes));
  Html links, body;
  for (const Section& one : sections) {
    links += element("li", element("a", {{"href", "#" + one.id}}, text(one.title)));
    body += section(one.id, one.title, one.content);
  }
  const std::string place = std::filesystem::absolute(facts.folder).lexically_normal().string();
  const Html header =
      element("header", element("h1", text(title)) + subtitle(facts) +
                            element("p", {{"class", "place"}}, element("code", text(place))));
  const Html navigation =
      links.empty() ? links : element("nav", {{"aria-label", "Contents"}}, element("ul", links));
  const Html main =
      element("main", element("div", {{"class", "overview"}}, overview(facts)) + body);
  page.html = "<!DOCTYPE html>\n" +
              element("html", {{"lang", "en"}},
                      head(title + " - salix") + element("body", header + navigation + main))
                  .code +
              "\n";
  return page;
}

}  // namespace salix::report
