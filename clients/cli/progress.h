// How far a long piece of work is, on standard error.
//
// On a terminal one line that is drawn again at most ten times a second:  `push  ████████░░░░  64%  1.2M/1.9M events
// 310k/s  2s left`. Not a terminal: a plain line at the beginning of each tenth (or every ten seconds), so that logs
// stay short. --quiet: nothing. Not thread-safe: call it from one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace ebb {

class CommandContext;

class Progress {
 public:
  enum class Mode { kBar, kLines, kSilent };

  // `unit` is plural: "events", "rows", "bytes", "fits". `total` 0: not known, then no bar and no remaining time.
  Progress(CommandContext& context, std::string label, int64_t total, std::string unit);
  // For tests: where, how, and what time it is.
  Progress(std::ostream& err, Mode mode, int width, std::function<absl::Time()> now, std::string label, int64_t total,
           std::string unit);
  // Ends the line, as Finish.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `note` stands at the end, such as the best candidate so far.
  void Update(int64_t done, std::string_view note = {});
  // Another total, or another label: begins a new line where the label differs.
  void Restart(std::string label, int64_t total, std::string unit);
  // Removes the bar, so that what is printed next has the line for itself. Update may draw it again.
  void Clear();
  // Draws the end state once and ends the line. Later calls do nothing.
  void Finish();

 private:
  void Draw(bool last);
  std::string Line() const;

  std::ostream& err_;
  const Mode mode_;
  const int width_;
  const std::function<absl::Time()> now_;
  std::string label_;
  int64_t total_;
  std::string unit_;
  absl::Time start_;
  absl::Time drawn_ = absl::InfinitePast();
  int64_t done_ = 0;
  int64_t shown_tenth_ = -1;
  std::string note_;
  bool on_screen_ = false;
  bool finished_ = false;
};

}  // namespace ebb
