// Folders as they are, as commands meet them: other kinds of pictures, pipes, names of any bytes.
#include <gmock/gmock.h>

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "data/image/image_io.h"
#include "tests/data/image/image_support.h"
#include "tests/support/scratch.h"
#include "tests/tools/salix_run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

class FileNames : public ::testing::Test {
 protected:
  FileNames() {
    fs::create_directories(folder / "photos");
    put("photos/a.jfif");
    salix_run({"weights", "init", "a2s", weights});
  }
  void put(const std::string& name) const {
    const std::vector<std::uint8_t> bytes =
        data::encode_jpeg(data::testing::noise(40, 50, 3, /*seed=*/1));
    std::ofstream(folder / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  Result predict(const std::string& input, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"predict", "a2s",      "--weight", weights,     input, "--size",
                                   "64",      "--device", "cpu",      "--threads", "1"};
    if (std::find(more.begin(), more.end(), "-o") == more.end()) {
      words.insert(words.end(), {"-o", folder / "out"});
    }
    words.insert(words.end(), more.begin(), more.end());
    return salix_run(words);
  }
  ScratchFolder folder;
  const std::string weights = folder / "w.safetensors";
};

TEST_F(FileNames, OtherPicturesOfAFolderAreNamed) {
  std::ofstream(folder / "photos/b.webp") << "RIFF";
  const Result result = predict(folder / "photos");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(fs::exists(folder / "out/a.png"));
  EXPECT_THAT(result.err, AllOf(HasSubstr("note: '"), HasSubstr("1 picture is left out (.webp"),
                                HasSubstr("'b.webp'")));
  const Result crf = salix_run(
      {"crf", folder / "photos", "--maps", folder / "out", "--size", "0", "-o", folder / "crf"});
  EXPECT_EQ(crf.code, 0) << crf.err;
  EXPECT_THAT(crf.err, HasSubstr("'b.webp'"));
  const Result eval = salix_run({"eval", "--pred", folder / "out", "--gt", folder / "photos"});
  EXPECT_EQ(eval.code, 0) << eval.err;
  EXPECT_THAT(eval.err, HasSubstr("'b.webp'"));
}

TEST_F(FileNames, APipeIsRead) {
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] {
    std::ofstream(pipe, std::ios::binary) << std::ifstream(folder / "photos/a.jfif").rdbuf();
  });
  const Result result = predict(pipe);
  writer.join();
  EXPECT_EQ(result.code, 0) << result.err;
  ASSERT_EQ(predict(folder / "photos").code, 0);
  EXPECT_EQ(data::read_file_bytes(folder / "out/pipe.png"),
            data::read_file_bytes(folder / "out/a.png"));
}

TEST_F(FileNames, BytesThatAreNoUtf8AreEscapedInJson) {
  const std::string name = "caf\xE9.jpg";
  std::ofstream(folder / name) << "no picture";
  const Result result = predict(folder / name, {"--json"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(Json::parse(result.out)["failed"][0], folder / "caf\\xe9.jpg");
  put("\xFF.jpg");
  const Result made = predict(folder / "\xFF.jpg", {"-o", folder / "m\xE4ps", "--json"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(Json::parse(made.out)["out"], folder / "m\\xe4ps");
  const Result crf =
      salix_run({"crf", folder / name, "--map", folder / name, "--json", "-o", folder / "crf"});
  EXPECT_EQ(Json::parse(crf.out)["failed"][0], folder / "caf\\xe9.jpg");
  const Result eval = salix_run({"eval", "--pred", folder / "photos", "--gt", folder / "photos",
                                 "--name", "s\xE9t", "--json"});
  EXPECT_EQ(Json::parse(eval.out)["sets"][0]["name"], "s\\xe9t");
}

TEST_F(FileNames, PredictSaysAllThatIsWrongTogether) {
  const Result result =
      salix_run({"predict", "a2s", "--weight", folder / "none.pth", folder / "gone.jpg"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("2 things are wrong"), HasSubstr("none.pth"),
                                HasSubstr("gone.jpg' does not exist")));
}

}  // namespace
}  // namespace salix::testing
