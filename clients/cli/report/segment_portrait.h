// A segment set against everybody else: in sentences, and as a page to send.
#pragma once

#include <string>
#include <vector>

#include "clients/cli/report/report_language.h"
#include "ebb/v1/segment.pb.h"

namespace ebb {

// Who is in the segment, then what sets it apart, the most different feature first. What is the same as elsewhere is
// left out, and where everything is, that is said.
std::vector<std::string> SayPortrait(const v1::SegmentProfile& profile, ReportLanguage language);

// One HTML file that needs nothing else: the sentences, a picture of every feature, the table. It holds no customer's
// identifier.
std::string PortraitPage(const v1::SegmentProfile& profile, ReportLanguage language);

}  // namespace ebb
