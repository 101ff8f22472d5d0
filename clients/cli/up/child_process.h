// One child process that cannot outlive us.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace ebb {

// How a process ended.
struct ProcessEnd {
  int exit_status = 0;
  // 0: it ended by itself.
  int signal = 0;
  // `exit status 1`, `signal 9 (Killed)`.
  std::string ToString() const;
};

// The child gets SIGTERM when the thread that started it ends, however that happens, and stands in a process group of
// its own: Ctrl-C on the terminal reaches us alone, and we end the children in good order. Belongs to one thread.
class ChildProcess {
 public:
  // Starts `command` (its first word is the path of the program) with standard output and error appended to `log_path`;
  // empty: they are ours.
  static absl::StatusOr<ChildProcess> Start(const std::vector<std::string>& command, const std::string& log_path);

  // How it ended; nothing while it runs. Does not wait.
  std::optional<ProcessEnd> Poll();
  // Does nothing when it has ended.
  void Signal(int number);
  // Waits until it has ended.
  ProcessEnd Wait();
  pid_t pid() const { return pid_; }

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_;
  std::optional<ProcessEnd> end_;
};

// What a program said, standard output and error together, and how it ended.
struct ProgramOutput {
  ProcessEnd end;
  std::string text;
};

// Runs a program that ends soon by itself.
absl::StatusOr<ProgramOutput> RunToEnd(const std::vector<std::string>& command);

}  // namespace ebb
