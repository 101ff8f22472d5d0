// A report as a trainer would make it, of round numbers, with every part filled in.
#pragma once

#include "ebb/v1/model_report.pb.h"

namespace ebb {

v1::ModelReport FullReport();

}  // namespace ebb
