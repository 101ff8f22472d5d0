// Protobuf text files that people write: every mistake by its place. Pure functions.
//
//   v1::Declarations declarations;
//   TextLocations locations;
//   std::vector<TextMistake> mistakes;
//   if (ParseTextFile(text, &declarations, &locations, &mistakes)) CheckMeaning(declarations, locations, &mistakes);
//   if (!mistakes.empty()) return MistakesStatus(std::move(mistakes), file_name);
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace ebb {

// Lines and columns count from 1; 0: unknown.
struct TextMistake {
  int line = 0;
  int column = 0;
  std::string message;
};

// Where the fields of a parsed message stand.
using TextLocations = google::protobuf::TextFormat::ParseInfoTree;

// Appends what is wrong with the text's form; a field that the message does not have is a mistake and reading goes on
// behind it. False: there is nothing to look for meaning in.
bool ParseTextFile(std::string_view text, google::protobuf::Message* message, TextLocations* locations,
                   std::vector<TextMistake>* mistakes);

// A mistake at the field `name` of the message whose fields `where` locates (its `index`-th value where it is
// repeated). A field that is absent has no place: then it is that of `around`.
TextMistake MistakeAt(const google::protobuf::Descriptor& descriptor, const std::string& name, int index,
                      const TextLocations* where, TextMistake around, std::string message);

// INVALID_ARGUMENT, from the file's beginning to its end, one a line: `FILE:LINE:COLUMN: message`.
absl::Status MistakesStatus(std::vector<TextMistake> mistakes, std::string_view file_name);

}  // namespace ebb
