// pipeline.json: the steps of a pipeline and how far it came.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace salix::cli {

class PipelineState {
 public:
  struct Step {
    std::string name, title, folder;  // folder below the pipeline's; "" when it has none
    bool done = false;
    double seconds = 0;  // of all attempts that ended by themselves
  };

  // Reads the file when it is there: what it says of the steps called like these. IoError when it
  // is not JSON.
  PipelineState(std::filesystem::path file, std::string task, std::string network,
                std::vector<Step> steps);

  // Runs `work` unless the step is done; afterwards it is, on disk too.
  void run(const std::string& step, const std::function<void(const Step&)>& work);

  const std::vector<Step>& steps() const { return steps_; }

 private:
  void read();
  void write(const std::string& running) const;

  std::filesystem::path file_;
  std::string task_, network_;
  std::vector<Step> steps_;
};

}  // namespace salix::cli
