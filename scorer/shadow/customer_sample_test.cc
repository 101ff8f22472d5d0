#include "scorer/shadow/customer_sample.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

TEST(CustomerSample, AShareIsThatShareOfCustomers) {
  for (const double share : {0.01, 0.1, 0.5, 1.0}) {
    const uint64_t bound = BoundOfShare(share);
    EXPECT_NEAR(ShareOfBound(bound), share, 1e-15);
    int inside = 0;
    for (int i = 0; i < 20'000; ++i) inside += SampleHash(absl::StrCat("customer-", i)) <= bound ? 1 : 0;
    EXPECT_NEAR(inside / 20'000.0, share, 0.015);
  }
  EXPECT_EQ(BoundOfShare(1), std::numeric_limits<uint64_t>::max());
}

TEST(CustomerSample, ACustomersPlaceIsPinned) {
  // Other values here would compare other customers after an upgrade.
  // The value is that of SipHash-2-4-128, worked out apart from this program.
  EXPECT_EQ(SampleHash("anna"), 6060191751402983989u);
}

}  // namespace
}  // namespace ebb::scorer
