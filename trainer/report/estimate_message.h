#pragma once

#include "ebb/v1/model_report.pb.h"
#include "trainer/evaluation/estimate.h"

namespace ebb::trainer {

inline v1::Estimate ToMessage(const Estimate& estimate) {
  v1::Estimate message;
  message.set_value(estimate.value);
  message.set_lower(estimate.lower);
  message.set_upper(estimate.upper);
  return message;
}

}  // namespace ebb::trainer
