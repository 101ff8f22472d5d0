#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "ebb/v1/feature.pb.h"
#include "google/protobuf/text_format.h"

// The rules of feature.proto that a parser cannot know. Pure functions.
namespace ebb::feature_store {

// A mistake in a declarations file. Lines and columns count from 1; 0: unknown.
struct DeclarationMistake {
  int line = 0;
  int column = 0;
  std::string message;
};

// Everything wrong with the meaning of a parsed file; `locations` says where its fields stand. A store keeps events for
// `retention`: a window that looks back further would never be whole.
std::vector<DeclarationMistake> CheckDeclarations(const v1::FeatureDeclarations& declarations, absl::Duration retention,
                                                  const google::protobuf::TextFormat::ParseInfoTree& locations);

}  // namespace ebb::feature_store
