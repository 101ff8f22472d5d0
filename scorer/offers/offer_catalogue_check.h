#pragma once

#include <span>
#include <string>
#include <vector>

#include "ebb/v1/offer.pb.h"
#include "runtime/protobuf/text_file.h"

namespace ebb::scorer {

// The rules of offer.proto that a parser cannot know. Appends what is wrong, each message beginning with its owner,
// such as "offer `birthday_code`: code_pool: ". `segments` may be referred to. Pure.
void CheckOfferCatalogue(const v1::OfferCatalogue& catalogue, std::span<const std::string> segments,
                         const TextLocations& locations, std::vector<TextMistake>* mistakes);

}  // namespace ebb::scorer
