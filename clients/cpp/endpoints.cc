#include "clients/cpp/endpoints.h"

#include "absl/strings/str_cat.h"

namespace ebb {

absl::StatusOr<Endpoints> LoopbackEndpoints(int port_base) {
  if (port_base < 1024 || port_base > 65528) {
    return absl::InvalidArgumentError(
        absl::StrCat("port base ", port_base, " is out of range: 1024 to 65528 (the eight ports from it are Ebb's)"));
  }
  const auto address = [&](int offset) { return absl::StrCat("127.0.0.1:", port_base + offset); };
  return Endpoints{.feature_store = address(0), .trainer = address(1), .scorer = address(2)};
}

}  // namespace ebb
