// events.out.tfevents.*: what TensorBoard shows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/image/image.h"

namespace salix {

namespace io {
class AppendFile;
}

class TensorBoardLog {
 public:
  // Goes on with the folder's newest event file, cut off after `last_step` (and before a record
  // that a killed process tore); makes one when there is none.
  TensorBoardLog(const std::filesystem::path& folder, std::int64_t last_step);
  ~TensorBoardLog();

  // One point per tag; "loss/total" is curve total in group loss. On its way to the disk when
  // this returns. IoError on a full disk, after which the file ends with its last whole record.
  void write(std::int64_t step, const std::vector<std::pair<std::string, double>>& scalars);
  // A picture of 1 or 3 channels under a tag of its own. Errors as above.
  void write(std::int64_t step, const std::string& tag, const data::Image& picture);

 private:
  std::unique_ptr<io::AppendFile> file_;
};

}  // namespace salix
