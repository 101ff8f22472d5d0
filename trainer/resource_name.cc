#include "trainer/resource_name.h"

#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace ebb::trainer {
namespace {

constexpr char kModels[] = "models/";
constexpr char kTrainings[] = "trainings/";

// Digits only, no leading zero: a number has one name.
absl::StatusOr<int64_t> ParseNumber(const std::string& name, const std::string& collection) {
  int64_t number = 0;
  bool good = name.size() > collection.size() && name.compare(0, collection.size(), collection) == 0 &&
              name[collection.size()] != '0';
  for (size_t i = collection.size(); good && i < name.size(); ++i) {
    const int digit = name[i] - '0';
    good = digit >= 0 && digit <= 9 && number <= (std::numeric_limits<int64_t>::max() - digit) / 10;
    if (good) number = number * 10 + digit;
  }
  if (good) return number;
  return absl::InvalidArgumentError(
      absl::StrCat("must be `", collection, "` and a number from 1, such as `", collection, "7`"));
}

}  // namespace

std::string ModelName(int64_t version) { return absl::StrCat(kModels, version); }

std::string TrainingName(int64_t id) { return absl::StrCat(kTrainings, id); }

absl::StatusOr<int64_t> ParseModelName(const std::string& name) { return ParseNumber(name, kModels); }

absl::StatusOr<int64_t> ParseTrainingName(const std::string& name) { return ParseNumber(name, kTrainings); }

}  // namespace ebb::trainer
