#include "clients/cli/push/rejected_file.h"

#include "absl/strings/str_cat.h"
#include "clients/cli/table.h"

namespace ebb {

void RejectedFile::Add(const Rejection& rejection) {
  std::string line = absl::StrCat("{\"line\":", rejection.line);
  if (!rejection.field.empty())
    absl::StrAppend(&line, ",\"field\":", JsonString(rejection.field), ",\"value\":", JsonString(rejection.value));
  absl::StrAppend(&line, ",\"rule\":", JsonString(rejection.rule));
  if (rejection.event_json.empty()) {
    absl::StrAppend(&line, ",\"text\":", JsonString(rejection.text), "}\n");
  } else {
    absl::StrAppend(&line, ",\"event\":");
    line.append(rejection.event_json);
    line += "}\n";
  }
  MutexLock lock(&mutex_);
  if (count_++ == 0) {
    file_.open(path_, std::ios::trunc | std::ios::binary);
    first_ = absl::StrCat("line ", rejection.line, ": ");
    if (!rejection.field.empty()) first_.append(rejection.field).append(": ");
    first_.append(rejection.rule);
  }
  file_ << line;
}

int64_t RejectedFile::count() const {
  MutexLock lock(&mutex_);
  return count_;
}

std::string RejectedFile::first() const {
  MutexLock lock(&mutex_);
  return first_;
}

absl::Status RejectedFile::Close() {
  MutexLock lock(&mutex_);
  if (count_ == 0) return absl::OkStatus();
  file_.close();
  if (file_) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("cannot write the refused events to ", path_, "; name another file with --rejected"));
}

}  // namespace ebb
