#include "feature_store/declarations.h"

#include <utility>
#include <vector>

#include "feature_store/declaration_check.h"
#include "runtime/protobuf/text_file.h"

namespace ebb::feature_store {
absl::StatusOr<CompiledDeclarations> CompileDeclarations(std::string_view text, std::string_view file_name,
                                                         absl::Duration retention) {
  v1::FeatureDeclarations declarations;
  TextLocations locations;
  std::vector<TextMistake> mistakes;
  if (ParseTextFile(text, &declarations, &locations, &mistakes)) {
    const std::vector<TextMistake> meaning = CheckDeclarations(declarations, retention, locations);
    mistakes.insert(mistakes.begin(), meaning.begin(), meaning.end());
  }
  if (!mistakes.empty()) return MistakesStatus(std::move(mistakes), file_name);
  return CompiledDeclarations(declarations);
}

}  // namespace ebb::feature_store
