// What a training session loads, checks and says before its first step.
#include "data/meaning/inspect.h"
#include "data/sets/exclusions.h"
#include "engine/problems.h"
#include "layers/modules/init.h"
#include "train/inference/scored_lists.h"
#include "train/run_folder/content_hashes.h"
#include "train/session/start_words.h"
#include "train/session/training_session.h"

namespace salix {

namespace fs = std::filesystem;

void TrainingSession::question(const std::vector<data::SampleFiles>& samples) const {
  const auto tell = [&](std::span<const data::SampleFiles> files, bool fixed_threshold) {
    for (const data::InspectedSet& set : data::inspect(files, fixed_threshold))
      for (const std::string& sentence : set.sentences()) console_.note(sentence);
  };
  tell(samples, /*fixed_threshold=*/true);
  std::vector<std::string> scored;
  for (const data::SampleList& list : scored_lists_) {
    tell(list.samples, /*fixed_threshold=*/false);
    scored.push_back(set_name(list));
  }
  if (!scored.empty()) data::warn_of_unused_exclusions(scored, sources_);
}

void TrainingSession::load() {
  const std::string& file = request_.initial_weights();
  if (file.empty()) {
    network_ = make_network(exec_, request_.network);
    return;
  }
  LoadedNetwork loaded = load_network(exec_, request_.network, file, request_.allow_partial);
  network_ = std::move(loaded.network);
  weights_ = std::move(loaded.summary);
}

// All that is wrong shows together, before anything is computed.
std::vector<data::SampleFiles> TrainingSession::check_request() {
  std::vector<data::SampleFiles> samples;
  Problems problems;
  problems.collect([&] { load(); });
  if (!network_) {  // for the checks that follow
    const init::SkipInit skip(exec_);
    network_ = make_network(exec_, request_.network);
  }
  problems.collect([&] {
    check_batch(
        network_->facts(), plan_,
        request_.sync_batch_norm ? std::int64_t{ranks_.ranks()} * plan_.batch : plan_.batch);
  });
  if (problems.collect([&] { request_.recipe->check(*network_); })) {
    problems.collect([&] { samples = request_.recipe->samples(sources_); });
  }
  if (!request_.vals.empty()) {
    problems.collect(
        [&] { scored_lists_ = lists_for(network_->facts(), request_.vals, sources_); });
  }
  // The others wait for the folder that the first rank makes.
  if (ranks_.writes()) {
    problems.collect([&] {
      if (request_.resume) {
        RunDirectory::resume(request_.folder(), config_json(request_, exec_));
      } else {
        RunDirectory::check_new(request_.folder());
      }
    });
  }
  problems.raise();
  if (ranks_.writes()) question(samples);
  return samples;
}

void TrainingSession::say_what_is_there(const std::vector<data::SampleFiles>& samples) {
  const std::string& file = request_.initial_weights();
  if (!file.empty()) {
    console_.say(weights_words(file, weights_));
  } else if (!request_.resume) {
    note(request_.recipe->warning_without_weights());
  }
  for (const std::string& line : set_words(samples)) console_.say(line);
  for (const data::SampleList& list : scored_lists_) {
    for (const std::string& line : set_words(list.samples)) console_.say("scored: " + line);
  }
  const auto& missing = weights_.report.missing;
  if (!file.empty() && !weights_.whole_network && !missing.empty()) {
    note(str(missing.size(), " encoder tensors are not in ", file,
             " and have random values, from '", missing.front(), "' on"));
  }
}

// A resumed run goes on with other bytes, as somebody may have replaced a broken picture; but it
// says so.
void TrainingSession::compare_contents(const RunDirectory& directory,
                                       std::span<const fs::path> files,
                                       std::span<const std::string> hashes) {
  if (!fs::exists(directory.contents())) {
    write_content_hashes(directory.contents(), files, hashes);
    return;
  }
  const ContentChanges changes = changes_since(directory.contents(), files, hashes);
  if (changes.count == 0) return;
  note(str(changes.count, " of ", files.size(), " files of the training set have other bytes than ",
           "when the run began, the first is '", changes.first.string(), "' (",
           directory.contents().string(),
           " has the hashes); the run goes on, but cannot be made again from its manifest"));
}

}  // namespace salix
