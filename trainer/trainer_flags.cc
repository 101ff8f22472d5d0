#include "trainer/trainer_flags.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "trainer/default_grid.h"

namespace ebb::trainer {
namespace {

Rule<absl::Duration> OffOrAtLeast(absl::Duration least) {
  return {absl::StrCat("must be 0 (off) or at least ", FormatFlagValue(least)),
          [least](const absl::Duration& value) { return value == absl::ZeroDuration() || value >= least; }};
}

}  // namespace

void AddTrainerFlags(TrainerOptions* options, Flags* flags) {
  AddServerFlags(&options->server, flags);
  flags->Add("data-dir", &options->data_dir, "Folder of the registry: models, reports, trainings.", NotEmpty());
  flags->Add("feature-store", &options->feature_store.address, "Address of the feature store.", NotEmpty());
  flags->Add("feature-store-tls-ca", &options->feature_store.tls_ca,
             "File of the certificates that may have signed the feature store's; empty: plaintext.");
  flags->Add("feature-store-tls-cert", &options->feature_store.tls_cert,
             "Certificate shown to the feature store, where it asks for one.");
  flags->Add("feature-store-tls-key", &options->feature_store.tls_key, "Its key.");
  flags->Add("read-timeout", &options->read_timeout, "How long reading a training set may take.",
             AtLeast(absl::Seconds(1)));
  flags->Add("train-interval", &options->triggers.interval,
             "Train this long after the last training ended, such as 24h; 0: not by time.",
             OffOrAtLeast(absl::Minutes(1)));
  flags->Add("train-new-labels", &options->triggers.new_labels,
             "Train when so many more rows are labelled than the newest model had; 0: not by labels.",
             Between<int64_t>(0, 1'000'000'000));
  flags->Add("train-drift", &options->triggers.drift,
             "Train when an input or the probability has drifted so far from the newest model's training set "
             "(population stability index; 0.25 is much); 0: not by drift.",
             Between(0.0, 100.0));
  flags->Add("train-check-interval", &options->triggers.check_interval,
             "How often labels, drift and the champion's quality are looked at; each look reads the training set.",
             AtLeast(absl::Minutes(1)));
  flags->Add("threads", &options->threads, "Threads of a training; 0: one a core. The model does not depend on it.",
             Between(0, 1024));
  flags->Add("max-training-rows", &options->max_training_rows,
             "Larger training sets are refused; a row costs about 1 KiB of memory.",
             Between<int64_t>(1, 1'000'000'000));
  flags->Add("search-grid", &options->search_grid, "File of the settings to try; empty: the built-in grid.");
  flags->Add("metrics-listen", &options->metrics_listen,
             "Address that serves metrics for Prometheus, such as 127.0.0.1:7505; empty: none are served.");
  flags->Add("log-level", &options->log_level, "Least level of log lines.",
             OneOf({"debug", "info", "warning", "error"}));
}

absl::StatusOr<SearchSpace> LoadSearchSpace(const std::string& path) {
  if (path.empty()) return ParseSearchSpace(DefaultGridText());
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return absl::NotFoundError(absl::StrCat("--search-grid ", path, ": the file cannot be read or is empty"));
  }
  absl::StatusOr<SearchSpace> space = ParseSearchSpace(text.str());
  if (space.ok()) return space;
  return absl::Status(space.status().code(), absl::StrCat("--search-grid ", path, ": ", space.status().message()));
}

int ThreadsToUse(int threads) {
  if (threads > 0) return threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace ebb::trainer
