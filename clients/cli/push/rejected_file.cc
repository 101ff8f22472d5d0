#include "clients/cli/push/rejected_file.h"

#include "absl/strings/str_cat.h"
#include "clients/cli/table.h"

namespace ebb {

void RejectedFile::Add(const Rejection& rejection) {
  std::string line = absl::StrCat("{\"line\":", rejection.line, ",\"reasons\":[");
  for (size_t i = 0; i < rejection.reasons.size(); ++i) {
    const Reason& reason = rejection.reasons[i];
    line += i == 0 ? "{" : ",{";
    if (!reason.field.empty())
      absl::StrAppend(&line, "\"field\":", JsonString(reason.field), ",\"value\":", JsonString(reason.value), ",");
    absl::StrAppend(&line, "\"rule\":", JsonString(reason.rule), "}");
  }
  line += "]";
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
    const Reason& reason = rejection.reasons.front();
    first_ = absl::StrCat("line ", rejection.line, ": ");
    if (!reason.field.empty()) first_.append(reason.field).append(": ");
    first_.append(reason.rule);
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
