#pragma once

#include <vector>

#include "absl/time/time.h"
#include "ebb/v1/feature.pb.h"
#include "runtime/protobuf/text_file.h"

// The rules of feature.proto that a parser cannot know. Pure functions.
namespace ebb::feature_store {

// Everything wrong with the meaning of a parsed file; `locations` says where its fields stand. A store keeps events for
// `retention`: a window that looks back further would never be whole.
std::vector<TextMistake> CheckDeclarations(const v1::FeatureDeclarations& declarations, absl::Duration retention,
                                           const TextLocations& locations);

}  // namespace ebb::feature_store
