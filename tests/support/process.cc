#include "tests/support/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>

namespace ebb::testing {
namespace {

[[noreturn]] void Die(const char* what, const std::string& subject) {
  std::fprintf(stderr, "%s: ", what);
  std::perror(subject.c_str());
  std::abort();
}

// A socket bound to a port of the loopback interface; -1 where the port is taken.
int Bound(int type, int port) {
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return fd;
  close(fd);
  return -1;
}

// Tests run beside each other, and what one has found free another must not find free before it is used. So the finder
// keeps the port of the same number of a protocol that nobody here speaks, until it ends.
bool Reserve(int port) {
  const int listener = Bound(SOCK_STREAM, port);
  if (listener < 0) return false;
  close(listener);
  return Bound(SOCK_DGRAM, port) >= 0;
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const std::string& log_file) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) Die("fork", command[0]);
  if (pid_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!log_file.empty()) {
    const int fd = open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
  }
  execv(arguments[0], arguments.data());
  Die("exec", command[0]);
}

Process::~Process() {
  if (running()) Kill();
}

bool Process::running() {
  if (pid_ < 0) return false;
  if (waitpid(pid_, &status_, WNOHANG) != pid_) return true;
  pid_ = -1;
  return false;
}

int Process::Kill(int signal) {
  if (pid_ >= 0) kill(pid_, signal);
  return Wait();
}

int Process::Wait() {
  if (pid_ >= 0 && waitpid(pid_, &status_, 0) == pid_) pid_ = -1;
  return status_;
}

std::string BinDir() {
  if (const char* dir = std::getenv("EBB_BIN_DIR")) return dir;
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "bin";
}

int FreePorts(int count) {
  // Below the range that the kernel gives to clients, so that no connection takes one between the look and the use.
  std::random_device random;
  for (;;) {
    const int base = 10'000 + static_cast<int>(random() % 20'000);
    int free = 0;
    while (free < count && Reserve(base + free)) ++free;
    if (free == count) return base;
  }
}

int FreePort() { return FreePorts(1); }

TemporaryFolder::TemporaryFolder() {
  path_ = (std::filesystem::temp_directory_path() / "ebb-XXXXXX").string();
  if (!mkdtemp(path_.data())) Die("mkdtemp", path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace ebb::testing
