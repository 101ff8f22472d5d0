// What `ebb monitor` tells of challengers that the scorer compares with the champion. Pure functions.
#pragma once

#include <string>

#include "clients/cli/table.h"
#include "ebb/v1/shadow_comparison.pb.h"

namespace ebb {

// One row a challenger, newest first; figures that are not known have no value.
Table ChallengerTable(const v1::GetShadowComparisonResponse& shadow);

// What the table does not say by itself; empty: nothing.
std::string ChallengerRemark(const v1::GetShadowComparisonResponse& shadow);

}  // namespace ebb
