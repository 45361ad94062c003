// The program in a process of its own, for tests that send it signals.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace salix::testing {

class SalixProcess {
 public:
  // Runs `salix ARGUMENTS...`; stderr goes to the file `log`, stdout to `results`. $SALIX_PROGRAM
  // replaces the program.
  SalixProcess(std::vector<std::string> arguments, const std::string& log,
               const std::string& results = "/dev/null")
      : log_(log) {
    const char* moved = std::getenv("SALIX_PROGRAM");
    arguments.insert(arguments.begin(), moved != nullptr ? moved : SALIX_PROGRAM);
    std::vector<char*> raw;
    for (std::string& word : arguments) raw.push_back(word.data());
    raw.push_back(nullptr);
    child_ = ::fork();
    if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child_ != 0) return;
    if (std::freopen(log.c_str(), "w", stderr) == nullptr) ::_exit(126);
    if (std::freopen(results.c_str(), "w", stdout) == nullptr) ::_exit(126);
    ::execv(raw[0], raw.data());
    ::_exit(127);
  }

  // Sends the signal once `ready` says so, a minute later at the latest, unless the program has
  // ended by then; returns the wait status.
  int signal_when(int signal, const std::function<bool()>& ready) const {
    int status = 0;
    for (int k = 0; k < 6000 && !ready(); ++k) {
      if (::waitpid(child_, &status, WNOHANG) == child_) return status;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ::kill(child_, signal);
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  // How a program with this wait status ended, and what it wrote to stderr: for messages.
  std::string end_of(int status) const {
    std::ostringstream text;
    if (WIFSIGNALED(status)) {
      text << "ended by signal " << WTERMSIG(status) << " (" << ::strsignal(WTERMSIG(status))
           << ")";
    } else {
      text << "exit code " << WEXITSTATUS(status);
    }
    text << "; stderr:\n" << std::ifstream(log_).rdbuf();
    return text.str();
  }

 private:
  std::string log_;
  pid_t child_ = -1;
};

}  // namespace salix::testing
