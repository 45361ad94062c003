// The four tasks of salient object detection and their one-letter names.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace salix::data {

// RGB, RGB-D, video (RGB with optical flow), RGB-T.
enum class Task : char { kColour = 'c', kDepth = 'd', kVideo = 'o', kThermal = 't' };

// In the order in which lists of several tasks are joined.
constexpr std::array<Task, 4> kTasks = {Task::kColour, Task::kDepth, Task::kVideo, Task::kThermal};

constexpr int kModalities = 3;  // depth, flow, thermal

constexpr char letter_of(Task task) { return static_cast<char>(task); }

// The place of a task's modality among depth, flow, thermal: 0, 1, 2; -1 for colour alone.
constexpr int modality_index(Task task) {
  switch (task) {
    case Task::kColour:
      return -1;
    case Task::kDepth:
      return 0;
    case Task::kVideo:
      return 1;
    case Task::kThermal:
      return 2;
  }
  return -1;
}

// InvalidInput unless `letter` is c, d, o or t.
Task task_of(char letter);

// "tdc" -> {c, d, t}: the tasks named, in the order of kTasks whatever the order of the
// letters. InvalidInput for an unknown letter, one given twice, or none.
std::vector<Task> tasks_of(const std::string& letters);

}  // namespace salix::data
