#include "feature_store/declarations.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "feature_store/declaration_check.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace ebb::feature_store {
namespace {

// The parser counts lines and columns from 0. It only warns of unknown fields, so that it goes on to the next mistake.
class ParseMistakes : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    mistakes.push_back({line + 1, column + 1, message});
  }
  void AddWarning(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    AddError(line, column, message);
  }

  std::vector<DeclarationMistake> mistakes;
};

// From the file's beginning to its end.
absl::Status ToStatus(std::vector<DeclarationMistake> mistakes, std::string_view file_name) {
  std::stable_sort(mistakes.begin(), mistakes.end(), [](const DeclarationMistake& a, const DeclarationMistake& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return absl::InvalidArgumentError(
      absl::StrJoin(mistakes, "\n", [&](std::string* out, const DeclarationMistake& mistake) {
        absl::StrAppend(out, std::string(file_name), ":", mistake.line, ":", mistake.column, ": ", mistake.message);
      }));
}

}  // namespace

absl::StatusOr<CompiledDeclarations> CompileDeclarations(std::string_view text, std::string_view file_name,
                                                         absl::Duration retention) {
  v1::FeatureDeclarations declarations;
  google::protobuf::TextFormat::ParseInfoTree locations;
  ParseMistakes parse;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&parse);
  parser.WriteLocationsTo(&locations);
  parser.AllowUnknownField(true);
  if (!parser.ParseFromString(std::string(text), &declarations)) return ToStatus(parse.mistakes, file_name);
  std::vector<DeclarationMistake> mistakes = CheckDeclarations(declarations, retention, locations);
  mistakes.insert(mistakes.end(), parse.mistakes.begin(), parse.mistakes.end());
  if (!mistakes.empty()) return ToStatus(mistakes, file_name);
  return CompiledDeclarations(declarations);
}

}  // namespace ebb::feature_store
