#include "runtime/protobuf/text_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"

namespace ebb {
namespace {

// The parser counts lines and columns from 0. It only warns of unknown fields, so that it goes on to the next mistake.
class MistakeCollector : public google::protobuf::io::ErrorCollector {
 public:
  explicit MistakeCollector(std::vector<TextMistake>* mistakes) : mistakes_(mistakes) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    mistakes_->push_back({.line = line + 1, .column = column + 1, .message = message});
  }
  void AddWarning(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    AddError(line, column, message);
  }

 private:
  std::vector<TextMistake>* const mistakes_;
};

}  // namespace

bool ParseTextFile(std::string_view text, google::protobuf::Message* message, TextLocations* locations,
                   std::vector<TextMistake>* mistakes) {
  MistakeCollector collector(mistakes);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  parser.WriteLocationsTo(locations);
  parser.AllowUnknownField(true);
  return parser.ParseFromString(std::string(text), message);
}

TextMistake MistakeAt(const google::protobuf::Descriptor& descriptor, const std::string& name, int index,
                      const TextLocations* where, TextMistake around, std::string message) {
  around.message = std::move(message);
  const google::protobuf::FieldDescriptor* field = descriptor.FindFieldByName(name);
  if (where == nullptr || field == nullptr) return around;
  const auto place = where->GetLocation(field, field->is_repeated() ? std::max(index, 0) : -1);
  if (place.line >= 0) {
    around.line = place.line + 1;
    around.column = place.column + 1;
  }
  return around;
}

absl::Status MistakesStatus(std::vector<TextMistake> mistakes, std::string_view file_name) {
  std::ranges::stable_sort(mistakes, {},
                           [](const TextMistake& mistake) { return std::pair(mistake.line, mistake.column); });
  return absl::InvalidArgumentError(absl::StrJoin(mistakes, "\n", [&](std::string* out, const TextMistake& mistake) {
    absl::StrAppend(out, std::string(file_name), ":", mistake.line, ":", mistake.column, ": ", mistake.message);
  }));
}

}  // namespace ebb
