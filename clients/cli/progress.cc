#include "clients/cli/progress.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "absl/time/clock.h"
#include "clients/cli/command_context.h"
#include "clients/cli/display_width.h"
#include "fmt/format.h"

namespace ebb {
namespace {

constexpr absl::Duration kRedraw = absl::Milliseconds(100);
constexpr absl::Duration kPlainLine = absl::Seconds(10);
constexpr int kBarWidth = 24;

std::string ShortNumber(double number) {
  if (number < 1'000) return fmt::format("{:.0f}", number);
  if (number < 1'000'000) return fmt::format("{:.1f}k", number / 1'000);
  if (number < 1'000'000'000) return fmt::format("{:.1f}M", number / 1'000'000);
  return fmt::format("{:.1f}G", number / 1'000'000'000);
}

std::string ShortDuration(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration + absl::Milliseconds(500));
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3600) return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
  return fmt::format("{}h {:02}m", seconds / 3600, seconds / 60 % 60);
}

std::string Bar(double share) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = std::clamp(static_cast<int>(share * kBarWidth * 8), 0, kBarWidth * 8);
  std::string bar;
  for (int i = 0; i < eighths / 8; ++i) bar += "█";
  bar += kEighths[eighths % 8];
  for (int i = (eighths + 7) / 8; i < kBarWidth; ++i) bar += "░";
  return bar;
}

Progress::Mode ModeFor(const ContextOptions& options) {
  if (options.quiet) return Progress::Mode::kSilent;
  return options.err_is_terminal ? Progress::Mode::kBar : Progress::Mode::kLines;
}

}  // namespace

Progress::Progress(CommandContext& context, std::string label, int64_t total, std::string unit)
    : Progress(
          context.err(), ModeFor(context.options()),
          context.options().terminal_width > 0 ? context.options().terminal_width : 100, [] { return absl::Now(); },
          std::move(label), total, std::move(unit)) {}

Progress::Progress(std::ostream& err, Mode mode, int width, std::function<absl::Time()> now, std::string label,
                   int64_t total, std::string unit)
    : err_(err),
      mode_(mode),
      width_(width),
      now_(std::move(now)),
      label_(std::move(label)),
      total_(total),
      unit_(std::move(unit)),
      start_(now_()) {}

Progress::~Progress() { Finish(); }

void Progress::Update(int64_t done, std::string_view note) {
  if (finished_ || mode_ == Mode::kSilent) return;
  done_ = done;
  note_ = note;
  const absl::Time now = now_();
  if (mode_ == Mode::kBar) {
    if (now - drawn_ >= kRedraw) Draw(/*last=*/false);
    return;
  }
  const int64_t tenth = total_ > 0 ? done_ * 10 / total_ : -1;
  if (tenth > shown_tenth_ || now - std::max(drawn_, start_) >= kPlainLine) Draw(/*last=*/false);
}

void Progress::Restart(std::string label, int64_t total, std::string unit) {
  if (label != label_) {
    if (done_ > 0 && mode_ != Mode::kSilent) Draw(/*last=*/true);
    start_ = now_();
    drawn_ = absl::InfinitePast();
    shown_tenth_ = -1;
    done_ = 0;
    note_.clear();
  }
  label_ = std::move(label);
  total_ = total;
  unit_ = std::move(unit);
}

void Progress::Clear() {
  if (!on_screen_) return;
  err_ << "\r\x1b[K" << std::flush;
  on_screen_ = false;
  drawn_ = absl::InfinitePast();
}

void Progress::Finish() {
  if (std::exchange(finished_, true) || mode_ == Mode::kSilent || done_ == 0) return;
  Draw(/*last=*/true);
}

void Progress::Draw(bool last) {
  drawn_ = now_();
  if (mode_ == Mode::kBar) {
    err_ << "\r\x1b[K" << CutToWidth(Line(), std::max(width_ - 1, 10)) << (last ? "\n" : "") << std::flush;
    on_screen_ = !last;
    return;
  }
  const int64_t tenth = total_ > 0 ? done_ * 10 / total_ : -1;
  if (last && tenth == 10 && shown_tenth_ == 10) return;  // the end is there already
  shown_tenth_ = tenth;
  err_ << Line() << '\n' << std::flush;
}

std::string Progress::Line() const {
  const absl::Duration spent = drawn_ - start_;
  const double rate = spent > absl::ZeroDuration() ? static_cast<double>(done_) / absl::ToDoubleSeconds(spent) : 0;
  std::string line = label_;
  if (total_ > 0) {
    const double share = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    if (mode_ == Mode::kBar) line += "  " + Bar(share);
    line += fmt::format("  {:3.0f}%  {}/{} {}", share * 100, ShortNumber(static_cast<double>(done_)),
                        ShortNumber(static_cast<double>(total_)), unit_);
  } else {
    line += fmt::format("  {} {}", ShortNumber(static_cast<double>(done_)), unit_);
  }
  if (rate >= 0.5) line += fmt::format("  {}/s", ShortNumber(rate));
  if (rate > 0 && total_ > done_) {
    line += fmt::format("  {} left", ShortDuration(absl::Seconds(static_cast<double>(total_ - done_) / rate)));
  }
  if (!note_.empty()) line += "  " + note_;
  return line;
}

}  // namespace ebb
