// Whether a vocabulary declares what the importer needs: a wrong name in it must not turn every label into another.
#pragma once

#include "absl/status/status.h"
#include "clients/cli/one_click/vocabulary.h"

namespace ebb::one_click {

// INVALID_ARGUMENT names the column, or the term, and the rule.
absl::Status CheckVocabulary(const Vocabulary& vocabulary);

}  // namespace ebb::one_click
