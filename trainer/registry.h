#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ebb/v1/model.pb.h"
#include "ebb/v1/model_report.pb.h"
#include "trainer/search/trial_journal.h"

namespace ebb::trainer {

// What a training hands to the registry.
struct NewModel {
  std::string file;              // as SerializeModelFile
  std::string comparison_basis;  // as ComparisonBasis::Serialize, to measure later models against this one
  v1::TrainingReport report;
  v1::ModelReport analysis;  // everything else that was measured; its `model` is absent
};

// One page of models or trainings, newest first.
template <typename T>
struct Page {
  std::vector<T> items;
  int64_t next_before = 0;  // `before` of the next page; 0: this was the last
};

// Keeps every model ever made, the trainings that made them, and which model is the champion. A call that returns OK is
// on disk, journals aside. Models come into being whole: file, report, the end of their training and, where it is
// promoted, the champion's change are one write.
//
// Thread-safe. Versions and ids count from 1 and are never reused.
// Errors: NOT_FOUND names what is missing; DATA_LOSS: a record or file is not what was written; FAILED_PRECONDITION: a
// newer program wrote it; INTERNAL: the disk failed, and where it was a write, every later one fails until the registry
// is opened again.
class Registry {
 public:
  virtual ~Registry() = default;

  // Gives it the next name and keeps it. Returns it with the name.
  virtual absl::StatusOr<v1::Training> AddTraining(v1::Training training) = 0;
  virtual absl::Status UpdateTraining(const v1::Training& training) = 0;
  virtual absl::StatusOr<v1::Training> GetTraining(int64_t id) const = 0;
  // `before` 0: from the newest.
  virtual absl::StatusOr<Page<v1::Training>> ListTrainings(int64_t before, int page_size) const = 0;

  // Keeps the model under the next version and its training as SUCCEEDED with it; `training` is otherwise stored as
  // given. The model becomes the champion (and the one before it RETIRED) if `promote`, else a CHALLENGER. Returns it
  // without its report.
  virtual absl::StatusOr<v1::Model> Publish(const NewModel& model, v1::Training training, bool promote) = 0;
  virtual absl::StatusOr<v1::Model> GetModel(int64_t version) const = 0;
  virtual absl::StatusOr<Page<v1::Model>> ListModels(int64_t before, int page_size, bool with_reports) const = 0;
  // Its analysis with the model and its report in it. NOT_FOUND also where the model is older than analyses.
  virtual absl::StatusOr<v1::ModelReport> GetModelReport(int64_t version) const = 0;
  // DATA_LOSS when the bytes do not match the digest.
  virtual absl::StatusOr<std::string> ReadModelFile(int64_t version) const = 0;
  virtual absl::StatusOr<std::string> ReadComparisonBasis(int64_t version) const = 0;

  // Where the training's search keeps its trials and finds those of trainings before it that did not come to a model.
  // A trial is in the operating system's hands once recorded: it outlives the process, not a power failure. At most
  // 10,000 are kept, of older trainings the first to go; a model's publication deletes all. The registry outlives it.
  virtual std::unique_ptr<TrialJournal> OpenJournal(int64_t training) = 0;

  // Makes the model the champion and retires the one before it, in one write. No change where it is the champion.
  virtual absl::StatusOr<v1::Model> Promote(int64_t version) = 0;
  // Its version; nothing before the first.
  virtual std::optional<int64_t> Champion() const = 0;
};

}  // namespace ebb::trainer
