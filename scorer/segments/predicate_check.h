#pragma once

#include <span>
#include <string>
#include <vector>

#include "ebb/v1/segment.pb.h"
#include "runtime/protobuf/text_file.h"

namespace ebb::scorer {

// The rules of segment.proto that a parser cannot know. Appends what is wrong with `predicate`; each message begins
// with `owner`, such as "segment `promo_hunters`: who". `segments` may be referred to. `where` locates the predicate's
// fields (null: it is absent), `around` whoever declares it. Pure.
void CheckPredicate(const v1::Predicate& predicate, std::span<const std::string> segments, const std::string& owner,
                    const TextLocations* where, const TextMistake& around, std::vector<TextMistake>* mistakes);

}  // namespace ebb::scorer
