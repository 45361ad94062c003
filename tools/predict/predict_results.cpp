#include "tools/predict/predict_results.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "data/image/image_io.h"
#include "engine/io/json_text.h"
#include "train/inference/inference_pass.h"
#include "train/metrics/questions_json.h"
#include "train/session/interrupted.h"

namespace salix::cli {

PredictResults::PredictResults(const PredictRequest& request, const Output& output,
                               std::size_t jobs)
    : request_(request),
      output_(output),
      jobs_(jobs),
      progress_(std::make_unique<Progress>(output.err, "predict", static_cast<std::int64_t>(jobs),
                                           stderr_is_terminal())),
      sheet_room_(request.contact_sheet.empty() ? 0 : request.sheet_images) {}

void PredictResults::written(data::SheetEntry* entry) {
  if (entry != nullptr && sheet_wanted()) {
    sheet_.push_back(std::move(*entry));
    --sheet_room_;
  }
  ++written_;
  progress_->advance();
  check_signal();
}

void PredictResults::failed(const std::string& input, const std::string& sentence) {
  failed_.push_back(input);
  progress_->say(str("skipped: ", sentence));
  progress_->advance();
  check_signal();
}

void PredictResults::check_signal() const {
  if (signal_.requested()) throw PassStopped("predict: stopped");
}

void PredictResults::finish(ProfileSession& profile, const std::vector<data::Question>& questions) {
  progress_.reset();
  for (const data::Question& question : questions)
    output_.err << "note: " << question.sentence() << '\n';
  write_sheet();
  profile.finish(output_.err);
  if (request_.common.json) {
    const nlohmann::ordered_json result{{"inputs", jobs_},
                                        {"written", written_},
                                        {"failed", failed_},
                                        {"questions", questions_json(questions)},
                                        {"out", request_.out}};
    output_.out << io::json_text(result) << '\n';
  } else {
    output_.out << written_ << " of " << jobs_ << " predicted into " << request_.out << '\n';
  }
  if (signal_.requested()) {
    throw Interrupted(str("stopped after ", written_ + failed_.size(), " of ", jobs_, " inputs"),
                      signal_.exit_code());
  }
  if (!failed_.empty()) {
    throw WorkFailed(str(failed_.size(), " of ", jobs_, " inputs failed (named above)"));
  }
}

void PredictResults::write_sheet() {
  if (request_.contact_sheet.empty()) return;
  if (sheet_.empty()) {
    output_.err << "note: no image was predicted, so there is no contact sheet\n";
    return;
  }
  const std::vector<std::string> titles{"image", "saliency", "overlay"};
  data::write_image(request_.contact_sheet, data::contact_sheet(sheet_, titles));
}

}  // namespace salix::cli
