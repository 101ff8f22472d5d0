// Where `ebb push` reads from: a file or standard input, without waiting for ever and without taking a failed read for
// the end.
#pragma once

#include <functional>
#include <streambuf>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ebb {

// Reads from a file descriptor, asking `stop` ten times a second while nothing comes: another program's pipe may be
// silent for hours, and Ctrl-C must not wait for it. Belongs to one thread.
class EventInput final : public std::streambuf {
 public:
  // `-` is standard input, which stays open. NOT_FOUND and others: what the system says, with the path.
  static absl::StatusOr<EventInput> Open(const std::string& path, std::function<bool()> stop);
  ~EventInput() override;
  EventInput(EventInput&& other) noexcept;
  EventInput& operator=(EventInput&&) = delete;

  // Why reading ended where that was not the end of the input: CANCELLED after `stop`, or what the system says. A line
  // that was being read then is cut off.
  const absl::Status& status() const { return status_; }

 protected:
  int_type underflow() override;

 private:
  EventInput(int fd, std::string name, std::function<bool()> stop);
  bool WaitForInput();

  int fd_;
  const std::string name_;
  const std::function<bool()> stop_;
  absl::Status status_;
  std::vector<char> block_;
};

}  // namespace ebb
