#pragma once

#include <string>

#include "ebb/v1/score.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "scorer/customer_score.h"
#include "scorer/segments/segment_catalogue.h"

namespace ebb::scorer {

// The score as it goes over the wire; `catalogue` names its segments.
void FillScore(const std::string& customer_id, const CustomerScore& score, const SegmentCatalogue& catalogue,
               v1::Score* message);

void FillTimestamp(int64_t micros, google::protobuf::Timestamp* message);

}  // namespace ebb::scorer
