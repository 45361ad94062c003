// The program in a process of its own, for tests that send it signals.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace salix::testing {

class SalixProcess {
 public:
  // Runs `salix ARGUMENTS...`; stderr goes to the file `log`. $SALIX_PROGRAM replaces the program.
  SalixProcess(std::vector<std::string> arguments, const std::string& log) {
    const char* moved = std::getenv("SALIX_PROGRAM");
    arguments.insert(arguments.begin(), moved != nullptr ? moved : SALIX_PROGRAM);
    std::vector<char*> raw;
    for (std::string& word : arguments) raw.push_back(word.data());
    raw.push_back(nullptr);
    child_ = ::fork();
    if (child_ != 0) return;
    if (std::freopen(log.c_str(), "w", stderr) == nullptr) ::_exit(126);
    if (std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(126);
    ::execv(raw[0], raw.data());
    ::_exit(127);
  }

  // Sends the signal once `ready` says so, a minute later at the latest; returns the wait status.
  int signal_when(int signal, const std::function<bool()>& ready) const {
    for (int k = 0; k < 6000 && !ready(); ++k) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ::kill(child_, signal);
    int status = 0;
    ::waitpid(child_, &status, 0);
    return status;
  }

 private:
  pid_t child_ = -1;
};

}  // namespace salix::testing
