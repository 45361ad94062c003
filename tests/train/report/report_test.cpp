// The report as a page: well-formed, self-contained, with the numbers of the files.
#include <gmock/gmock.h>

#include "engine/error.h"
#include "tests/train/report/markup.h"
#include "tests/train/report/run_files.h"
#include "train/report/report_page.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Without printing the page.
void expect_shown(const std::string& html, const std::string& part) {
  EXPECT_NE(html.find(part), std::string::npos) << part;
}
void expect_absent(const std::string& html, const std::string& part) {
  EXPECT_EQ(html.find(part), std::string::npos) << part;
}

class Report : public ::testing::Test {
 protected:
  report::Page page(int images = 3) const {
    report::Page page =
        report::make_page(report::read_report_facts(scratch_.path()), {.images = images});
    EXPECT_EQ(fault_of(page.html), "");
    expect_self_contained(page.html);
    return page;
  }
  ScratchFolder scratch_;
};

TEST(Markup, FaultsAreSeen) {
  EXPECT_EQ(fault_of("<p class=\"a\">b<br></p>"), "");
  EXPECT_THAT(fault_of("<p><b>x</p></b>"), HasSubstr("closes b"));
  EXPECT_THAT(fault_of("<p>"), HasSubstr("not closed"));
  EXPECT_THAT(fault_of("<p class=\"a>b</p>"), HasSubstr("open quote"));
}

// The first and the last of each kind; a file that is no picture becomes a note.
TEST_F(Report, ShowsWhatTheMethodLogged) {
  write_run(scratch_.path(), 4);
  const std::filesystem::path pictures = scratch_.path() / "pictures";
  std::filesystem::create_directories(pictures);
  for (const char* name : {"panels_000001", "panels_000101", "panels_000201"}) {
    data::write_image(pictures / str(name, ".png"), data::Image(20, 60, 3, 90));
  }
  write_text(pictures / "other_000007.png", "no picture");
  const report::Page made = page();
  expect_shown(made.html, "What the method saw");
  expect_shown(made.html, "panels, iteration 1<");
  expect_shown(made.html, "panels, iteration 201<");
  expect_absent(made.html, "iteration 101");
  EXPECT_EQ(count_of(made.html, "<img"), 2u);
  EXPECT_THAT(made.notes, ElementsAre(HasSubstr("other_000007.png")));
}

TEST_F(Report, TellsTheNumbersOfARun) {
  write_run(scratch_.path(), 20);
  write_evaluation(scratch_.path() / "scores", "c_ECSSD", 9, 0.4567);
  const report::Page made = page();
  EXPECT_THAT(made.notes, IsEmpty());
  for (const char* shown : {"Training of a2s, stage 1",
                            "RGB",
                            "2026-01-02 03:04 UTC",
                            "on cpu",
                            "salix 0.1.0",
                            "0.2929",   // mean of 1..1/10, the first epoch's loss
                            "0.06688",  // and of the second
                            ">3.2<",
                            "images/s",
                            "20.0 % of it waiting",
                            ">50.0 s<",
                            "75.0 %",
                            "100.0 ms in all",
                            "1 MiB",
                            "0.457",
                            "0.125",
                            "abc123",
                            "after step 7",
                            "def456",
                            "salix train a2s",
                            "A CPU",
                            "scene8",
                            "S 0.900",
                            "scene0",
                            "S 0.100"})
    expect_shown(made.html, shown);
  for (const char* id : {"training", "scores", "images", "provenance"})
    expect_shown(made.html, str("<section id=\"", id, "\">"));
  EXPECT_EQ(count_of(made.html, "<img"), 27u);  // nine scenes: image, map, truth
  EXPECT_EQ(made.html, page().html);            // equal files, equal bytes
}

TEST_F(Report, NamesTheRemainderOfAnUnfinishedRun) {
  write_run(scratch_.path(), 20);
  write_text(scratch_.path() / "config.json", R"({"network":"a2s","epochs":20})");
  expect_shown(page().html, "in epoch 2 of 20");
}

TEST_F(Report, ComparesTheStagesOfAPipeline) {
  write_text(scratch_.path() / "pipeline.json",
             R"({"task":"c","network":"cornet","steps":[)"
             R"({"name":"stage1","title":"Stage 1: a2s","folder":"stage1","state":"done",)"
             R"("seconds":31.2},{"name":"stage2","title":"Stage 2: cornet","folder":"stage2",)"
             R"("state":"failed","seconds":75}]})");
  write_run(scratch_.path() / "stage1", 8);
  write_run(scratch_.path() / "stage2", 8);
  write_evaluation(scratch_.path() / "scores/stage2", "c_ECSSD", 3, 0.875);
  write_evaluation(scratch_.path() / "scores/stage1", "c_ECSSD", 3, 0.75);
  const std::string html = page(1).html;
  for (const char* shown :
       {"Pipeline of cornet", "Steps done", "1 min 15 s", "31.2 s", "class=\"state failed\"",
        "0.750 after Stage 1: a2s", "c_ECSSD", "ranked by S-measure of Stage 2: cornet"})
    expect_shown(html, shown);
  expect_shown(html, "<td class=\"number best\">0.875<");
  expect_shown(html, "<td class=\"number\">0.750<");
  EXPECT_LT(html.find(">Stage 1: a2s<"), html.find(">Stage 2: cornet<"));
  EXPECT_EQ(count_of(html, "<img"), 12u);  // three scenes: image, two maps, truth
}

TEST_F(Report, ShowsTheEmbeddingsOfAPipeline) {
  const std::filesystem::path folder = scratch_.path();
  write_text(folder / "pipeline.json", R"({"task":"d","network":"sfnet","steps":[]})");
  write_evaluation(folder / "scores", "d_mine", 2, 0.875);
  std::filesystem::create_directories(folder / "embeddings/d_mine");
  data::write_image(folder / "embeddings/d_mine/scene1.png", data::Image(8, 8, 3));
  const std::string html = page(2).html;
  expect_shown(html, ">Embedding<");
  EXPECT_EQ(count_of(html, "<img"), 7u);  // two scenes: image, map, truth; one embedding
}

TEST_F(Report, LeavesOutWhatIsNotThere) {
  write_text(scratch_.path() / "config.json", "{}");
  const std::string html = page().html;
  expect_shown(html, "Training run");
  for (const char* absent : {"id=\"training\"", "id=\"scores\"", "id=\"images\"", "<svg", "<img"})
    expect_absent(html, absent);
}

TEST_F(Report, RefusesAFolderThatIsNoRun) {
  EXPECT_THROW(page(), IoError);
  try {
    page();
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr("must hold a config.json or manifest.json"));
  }
  EXPECT_THROW(report::read_report_facts(scratch_.path() / "nothing"), IoError);
}

TEST_F(Report, EscapesWhatComesFromFiles) {
  write_run(scratch_.path(), 4);
  const std::string evil = R"(<script>alert('1')</script>&\")";
  write_text(scratch_.path() / "manifest.json",
             "{\"command\":\"" + evil + "\",\"<b>\":{\"<i>\":\"<u>\"}}");
  write_text(scratch_.path() / "profile.json",
             "{\"device\":\"<p>\",\"ops\":[{\"op\":\"<td>\",\"calls\":1,\"milliseconds\":1}]}");
  write_text(scratch_.path() / "scores/scores.json",
             "{\"sets\":[{\"name\":\"<h1>\",\"images\":1,\"scores\":{\"mae\":0.5},\"curve\":{"
             "\"precision\":[1,0],\"recall\":[0,1],\"f\":[0,0]},\"questions\":[{\"text\":"
             "\"1 of 1 masks <em>\"},7]}]}");
  const std::string html = page().html;
  expect_shown(html, "<li>&lt;h1&gt;: 1 of 1 masks &lt;em&gt;</li>");
  expect_shown(html, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;");
  for (const char* shown :
       {"&lt;b&gt;.&lt;i&gt;", "&lt;u&gt;", "on &lt;p&gt;", "&lt;td&gt;", "&lt;h1&gt;"})
    expect_shown(html, shown);
}

TEST_F(Report, TellsWhatWasTornOrStrange) {
  write_run(scratch_.path(), 6);
  const std::filesystem::path metrics = scratch_.path() / "metrics.jsonl";
  std::ofstream(metrics, std::ios::app)
      << "not "
         "json\n[1,2]\n{\"step\":3}\n{\"step\":7,\"epoch\":2,\"total\":\"NaN\"}\n{\"step\":8,\"to";
  write_text(scratch_.path() / "profile.json", "{\"step\":");
  write_text(scratch_.path() / "timing.jsonl", "{\"step\":1,\"seconds\":-1}\n");
  const report::Page made = page();
  EXPECT_THAT(made.notes,
              ElementsAre("metrics.jsonl: 4 of 12 lines could not be read and were left out, the "
                          "first is line 8.",
                          "timing.jsonl: 1 of 1 lines could not be read and were left out, the "
                          "first is line 1.",
                          "profile.json is not a JSON object and was left out."));
  expect_shown(made.html, "<section id=\"notes\">");
  expect_shown(made.html, "4 of 12 lines");
  expect_shown(made.html, "<dd class=\"value\">7</dd>");  // the step whose loss is NaN
}

TEST_F(Report, SurvivesAnyTypesInAnyPlace) {
  for (const char* value : {"null", "true", "[]", "{}", "\"x\"", "1e300", "-1", "[[{}]]"}) {
    const std::string v = value;
    write_text(scratch_.path() / "config.json", "{\"network\":" + v + ",\"stage\":" + v +
                                                    ",\"epochs\":" + v + ",\"trset\":" + v + "}");
    write_text(scratch_.path() / "manifest.json",
               "{\"hardware\":" + v + ",\"hashes\":{\"initial_weights\":" + v +
                   "},\"resumed\":" + v + ",\"started\":" + v + "}");
    write_text(scratch_.path() / "metrics.jsonl",
               "{\"step\":" + v + ",\"total\":1}\n{\"step\":1,\"epoch\":" + v + ",\"total\":" + v +
                   "}\n{\"set\":" + v + ",\"s_measure\":" + v + "}\n{\"set\":\"a\",\"epoch\":" + v +
                   ",\"s_measure\":0.5}\n");
    write_text(scratch_.path() / "timing.jsonl",
               "{\"step\":1,\"seconds\":" + v + ",\"images\":" + v + "}\n");
    write_text(scratch_.path() / "profile.json", "{\"step\":" + v + ",\"ops\":[" + v +
                                                     ",{\"op\":" + v + ",\"milliseconds\":" + v +
                                                     "}],\"memory\":{\"\":1,\"x\":" + v + "}}");
    write_text(scratch_.path() / "scores/scores.json",
               "{\"sets\":[" + v + ",{\"name\":" + v + ",\"scores\":" + v + ",\"curve\":" + v +
                   "},{\"curve\":{\"f\":[" + v + "],\"recall\":[1],\"precision\":[1]}}]}");
    write_text(scratch_.path() / "scores/images.csv", "set,image,s_measure\nx,x,nan\n\",");
    write_text(scratch_.path() / "scores/samples.json",
               "{\"sets\":[{\"name\":" + v + ",\"maps\":" + v + ",\"samples\":[" + v +
                   ",{\"name\":" + v + ",\"image\":" + v + "}]}]}");
    EXPECT_NO_THROW(page()) << value;
    write_text(scratch_.path() / "pipeline.json",
               "{\"task\":" + v + ",\"steps\":[" + v + ",{\"name\":" + v + ",\"seconds\":" + v +
                   ",\"folder\":" + v + "},{\"folder\":\".\"}]}");
    EXPECT_NO_THROW(page()) << value;
    std::filesystem::remove(scratch_.path() / "pipeline.json");
  }
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  write_text(scratch_.path() / "config.json", "{\"network\":\"a\",\"x\":" + deep + "}");
  expect_shown(page().html, "Training of a");
}

TEST_F(Report, ALongRunStaysSmall) {
  write_run(scratch_.path(), 20000);
  const std::string html = page().html;
  EXPECT_LT(html.size(), 150000u);
  expect_shown(html, ">20,000<");
}

TEST_F(Report, ManyPicturesShrinkTogether) {
  write_run(scratch_.path(), 4);
  write_evaluation(scratch_.path() / "scores", "c_ECSSD", 9, 0.5);
  const report::ReportFacts facts = report::read_report_facts(scratch_.path());
  const auto size = [&](std::size_t most) {
    return report::make_page(facts, {.images = 3, .most_picture_bytes = most}).html.size();
  };
  const std::size_t rest = report::make_page(facts, {.images = 0}).html.size(),
                    whole = size(10 << 20);
  const std::size_t most = (whole - rest) / 2;
  EXPECT_LE(size(most), rest + most + 200);
  EXPECT_GT(size(most), rest + most / 4);
}

TEST_F(Report, APictureThatCannotBeReadIsNoted) {
  write_run(scratch_.path(), 4);
  write_evaluation(scratch_.path() / "scores", "c_ECSSD", 3, 0.5);
  write_text(scratch_.path() / "scores/pictures/scene1.jpg", "no image");
  const report::Page made = page();
  EXPECT_EQ(count_of(made.html, "<img"), 8u);
  ASSERT_EQ(made.notes.size(), 1u);
  EXPECT_THAT(made.notes.front(), HasSubstr("scene1.jpg"));
}

}  // namespace
}  // namespace salix::testing
