#include "clients/cli/up/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace ebb {
namespace {

// Runs between fork and exec: only calls that are safe there.
[[noreturn]] void Become(char* const* arguments, int output, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);  // the parent died before the line above
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  if (output >= 0) dup2(output, STDOUT_FILENO);
  dup2(output >= 0 ? output : STDERR_FILENO, output >= 0 ? STDERR_FILENO : STDOUT_FILENO);
  execv(arguments[0], arguments);
  static constexpr char kFailed[] = "cannot run the program\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kFailed, sizeof kFailed - 1);
  _exit(127);
}

ProcessEnd EndOf(int wait_status) {
  return WIFSIGNALED(wait_status) ? ProcessEnd{.signal = WTERMSIG(wait_status)}
                                  : ProcessEnd{.exit_status = WEXITSTATUS(wait_status)};
}

}  // namespace

std::string ProcessEnd::ToString() const {
  return signal != 0 ? absl::StrCat("signal ", signal, " (", strsignal(signal), ")")
                     : absl::StrCat("exit status ", exit_status);
}

absl::StatusOr<ChildProcess> ChildProcess::Start(const std::vector<std::string>& command, const std::string& log_path) {
  if (access(command.front().c_str(), X_OK) != 0) {
    return absl::NotFoundError(
        absl::StrCat("cannot run ", command.front(), ": ", strerror(errno), "; build it with `./dev build`"));
  }
  int output = -1;
  if (!log_path.empty()) {
    output = open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (output < 0)
      return absl::FailedPreconditionError(absl::StrCat("cannot write ", log_path, ": ", strerror(errno)));
  }
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Become(arguments.data(), output, parent);
  const int fork_error = errno;
  if (output >= 0) close(output);
  if (pid < 0)
    return absl::ResourceExhaustedError(absl::StrCat("cannot start ", command.front(), ": ", strerror(fork_error)));
  return ChildProcess(pid);
}

std::optional<ProcessEnd> ChildProcess::Poll() {
  if (end_) return end_;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) end_ = EndOf(status);
  return end_;
}

ProcessEnd ChildProcess::Wait() {
  if (end_) return *end_;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  end_ = EndOf(status);
  return *end_;
}

void ChildProcess::Signal(int number) {
  if (!Poll()) kill(pid_, number);
}

absl::StatusOr<ProgramOutput> RunToEnd(const std::vector<std::string>& command) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("no folder for temporary files: ", error.message(), "; let TMPDIR name one"));
  }
  std::string path = (folder / "ebb-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) return absl::FailedPreconditionError(absl::StrCat("cannot write ", path, ": ", strerror(errno)));
  close(file);
  ProgramOutput output;
  absl::StatusOr<ChildProcess> child = ChildProcess::Start(command, path);
  if (child.ok()) {
    output.end = child->Wait();
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    output.text = text.str();
  }
  unlink(path.c_str());
  if (!child.ok()) return child.status();
  return output;
}

}  // namespace ebb
