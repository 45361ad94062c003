#include "train/inference/inference_item.h"

namespace salix {

std::string InferenceItem::failure_text() const {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an unknown error";
  }
}

}  // namespace salix
