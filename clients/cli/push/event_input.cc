#include "clients/cli/push/event_input.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ebb {
namespace {

constexpr size_t kBlockBytes = 1 << 16;
constexpr int kPollMilliseconds = 100;

absl::Status Failed(int error, const std::string& name) {
  return absl::ErrnoToStatus(error, absl::StrCat("cannot read ", name));
}

}  // namespace

absl::StatusOr<EventInput> EventInput::Open(const std::string& path, std::function<bool()> stop) {
  if (path == "-") return EventInput(STDIN_FILENO, "standard input", std::move(stop));
  const std::string name = absl::StrCat("`", path, "`");
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Failed(errno, name);
  return EventInput(fd, name, std::move(stop));
}

EventInput::EventInput(int fd, std::string name, std::function<bool()> stop)
    : fd_(fd), name_(std::move(name)), stop_(std::move(stop)), block_(kBlockBytes) {}

EventInput::EventInput(EventInput&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), name_(other.name_), stop_(other.stop_), block_(kBlockBytes) {}

EventInput::~EventInput() {
  if (fd_ > STDIN_FILENO) close(fd_);
}

// False with status_ set when it ends otherwise.
bool EventInput::WaitForInput() {
  pollfd waiting = {.fd = fd_, .events = POLLIN, .revents = 0};
  while (true) {
    if (stop_()) {
      status_ = absl::CancelledError("reading was stopped");
      return false;
    }
    const int ready = poll(&waiting, 1, kPollMilliseconds);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) {
      status_ = Failed(errno, name_);
      return false;
    }
  }
}

EventInput::int_type EventInput::underflow() {
  while (status_.ok() && WaitForInput()) {
    const ssize_t count = read(fd_, block_.data(), block_.size());
    if (count == 0) return traits_type::eof();
    if (count > 0) {
      setg(block_.data(), block_.data(), block_.data() + count);
      return traits_type::to_int_type(block_.front());
    }
    if (errno != EINTR && errno != EAGAIN) status_ = Failed(errno, name_);
  }
  return traits_type::eof();
}

}  // namespace ebb
