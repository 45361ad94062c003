#include "data/sets/task.h"

#include <algorithm>

#include "engine/error.h"

namespace salix::data {

Task task_of(char letter) {
  for (const Task task : kTasks)
    if (letter_of(task) == letter) return task;
  throw InvalidInput(str(
      "task: the letters are c (colour), d (depth), o (video), t (thermal); got '", letter, "'"));
}

std::vector<Task> tasks_of(const std::string& letters) {
  SALIX_CHECK(!letters.empty(), "task: name at least one of c, d, o, t; got none");
  for (const char letter : letters) {
    task_of(letter);
    SALIX_CHECK(std::count(letters.begin(), letters.end(), letter) == 1,
                "task: each letter comes once; got '", letters, "'");
  }
  std::vector<Task> tasks;
  for (const Task task : kTasks)
    if (letters.find(letter_of(task)) != std::string::npos) tasks.push_back(task);
  return tasks;
}

}  // namespace salix::data
