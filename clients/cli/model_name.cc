#include "clients/cli/model_name.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "clients/cli/exit_code.h"

namespace ebb {

absl::StatusOr<std::string> ModelName(const std::string& text) {
  int64_t version;
  if (text == "champion" || text == "models/champion") return "models/champion";
  const absl::string_view number =
      absl::StartsWith(text, "models/") ? absl::string_view(text).substr(7) : absl::string_view(text);
  if (absl::SimpleAtoi(number, &version) && version > 0) return absl::StrCat("models/", version);
  return UsageError(absl::StrCat("VERSION: `", text,
                                 "` is not a model; write a version such as 3, or champion (`ebb models` lists them)"));
}

}  // namespace ebb
