#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ebb/v1/model_health.pb.h"
#include "model/trained_model.h"
#include "trainer/registry.h"
#include "trainer/training_run.h"

namespace ebb::trainer {

// Rows of each class below which a quality is mostly chance: with thirty of each the standard error of a ROC-AUC of 0.8
// is 0.06.
inline constexpr int64_t kLeastMaturedOfAClass = 30;
// Above it a model should be made anew, by custom.
inline constexpr double kDriftBound = 0.25;

// As-of times a month apart after `last`, the oldest first, whose labels have matured at `now`: a horizon has passed
// since. The newest two years of them.
std::vector<absl::Time> MaturedDates(absl::Time last, int horizon_months, absl::Time now);

// What the outcomes say of a model whose scores they are, into the fields from `matured_rows` on but for the times and
// the hold-out's figures; `quality` stays absent where there are too few rows, with the reason.
void MeasureQuality(std::span<const Score> scores, std::span<const uint8_t> labels, v1::ModelHealth* health);

// Looks how the champion fares on the rows that came after it was made. Rows are labelled by the rule that it was
// trained by: of imported labels those of later snapshots, else the months that have matured since. Thread-safe.
class HealthLook {
 public:
  struct Parts {  // borrowed
    TrainingSetSource* source = nullptr;
    const Registry* registry = nullptr;
    std::function<absl::StatusOr<absl::Time>()> store_clock;
    int64_t max_rows = 1'000'000;
  };
  explicit HealthLook(Parts parts) : parts_(std::move(parts)) {}

  // All but the time. Reads the training set once.
  // FAILED_PRECONDITION: there is no champion, or the store lacks an input of it; errors of source and registry as they
  // are.
  absl::StatusOr<v1::ModelHealth> Look(const CancelFn& cancelled) const;

 private:
  // Rows to look at.
  struct Rows {
    TrainingSet set;
    bool later = false;  // none of them at an as-of time of the model's
  };

  absl::StatusOr<v1::TrainingOptions> OptionsOf(const v1::Model& model) const;
  absl::StatusOr<TrainingSet> Read(const v1::ReadTrainingSetRequest& request, const CancelFn& cancelled) const;
  absl::StatusOr<Rows> ReadRows(const v1::ReadTrainingSetRequest& trained_on, absl::Time last_as_of,
                                const CancelFn& cancelled) const;

  const Parts parts_;
};

}  // namespace ebb::trainer
