#include "runtime/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace ebb {
namespace {

std::string ReadAll(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

uint64_t Number(absl::string_view text) {
  uint64_t number = 0;
  return absl::SimpleAtoi(text, &number) ? number : 0;
}

// When the machine started, in seconds since 1970 UTC.
uint64_t BootTime() {
  for (const absl::string_view line : absl::StrSplit(ReadAll("/proc/stat"), '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    if (words[0] == "btime" && words.size() > 1) return Number(words[1]);
  }
  return 0;
}

}  // namespace

ProcessFigures ReadProcessFigures() {
  ProcessFigures figures;
  const std::string stat = ReadAll("/proc/self/stat");
  // The program's name stands in parentheses and may hold anything; the fields after it are counted from the third.
  const size_t name_end = stat.rfind(')');
  if (name_end != std::string::npos && name_end + 2 < stat.size()) {
    const std::vector<absl::string_view> fields = absl::StrSplit(absl::string_view(stat).substr(name_end + 2), ' ');
    const auto field = [&](size_t number) { return number - 3 < fields.size() ? Number(fields[number - 3]) : 0; };
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    figures.cpu_seconds = static_cast<double>(field(14) + field(15)) / ticks;
    figures.started_at = static_cast<double>(BootTime()) + static_cast<double>(field(22)) / ticks;
    figures.resident_bytes = field(24) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  }
  std::error_code error;
  for (std::filesystem::directory_iterator file("/proc/self/fd", error), end; !error && file != end;
       file.increment(error)) {
    ++figures.open_files;
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.most_open_files = limit.rlim_cur;
  return figures;
}

void AddProcessMetrics(MetricPage* page) {
  const ProcessFigures figures = ReadProcessFigures();
  page->AddCounter("process_cpu_seconds_total", "Processor time used.", figures.cpu_seconds);
  page->AddGauge("process_resident_memory_bytes", "Memory in use.", static_cast<double>(figures.resident_bytes));
  page->AddGauge("process_open_fds", "Open files and sockets.", static_cast<double>(figures.open_files));
  page->AddGauge("process_max_fds", "Files and sockets that may be open.",
                 static_cast<double>(figures.most_open_files));
  page->AddGauge("process_start_time_seconds", "When the process started, in seconds since 1970 UTC.",
                 figures.started_at);
}

}  // namespace ebb
