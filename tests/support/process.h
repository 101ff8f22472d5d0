#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace ebb::testing {

// A child process, killed when the object goes. Not thread-safe.
class Process {
 public:
  // Starts a program; standard output and error go to `log_file`, or to ours where it is empty. Aborts where it cannot
  // be started.
  explicit Process(const std::vector<std::string>& command, const std::string& log_file = "");
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Sends a signal, SIGKILL by default, and waits for the end. Returns the exit status as waitpid gives it.
  int Kill(int signal = 9);
  // Waits for the end.
  int Wait();
  bool running();
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int status_ = 0;
};

// The folder of the project's programs: EBB_BIN_DIR, or bin beside the folder of the running program.
std::string BinDir();

// A port of the loopback interface that is free, and that no other test gets while this process runs.
int FreePort();

// `count` consecutive ones; returns the first.
int FreePorts(int count);

// A new empty folder below TMPDIR (or /tmp), removed with everything in it when the object goes.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace ebb::testing
