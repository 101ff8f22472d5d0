#include "tests/benchmarks/workload_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/benchmarks/workload.h"
#include "tests/support/process.h"

namespace ebb::benchmarks {
namespace {

// The batches of a small workload, and the file that they were written to.
class WorkloadFileTest : public ::testing::Test {
 protected:
  WorkloadFileTest() {
    WorkloadFileWriter writer(path_);
    for (const v1::IngestRequest& batch : sent_) writer.Add(batch);
    writer.Finish();
  }

  const testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/workload";
  const std::vector<v1::IngestRequest> sent_ = MakeWorkload({.events = 250, .events_per_batch = 100});
};

TEST_F(WorkloadFileTest, GivesTheBatchesBack) {
  const WorkloadFile file(path_);
  ASSERT_EQ(file.batches().size(), sent_.size());
  for (size_t i = 0; i < sent_.size(); ++i) {
    EXPECT_EQ(file.batches()[i].bytes, sent_[i].SerializeAsString());
    EXPECT_EQ(file.batches()[i].events, sent_[i].events_size());
  }
}

TEST_F(WorkloadFileTest, GivesTheFirstBatchesThatHoldSoManyEvents) {
  const WorkloadFile file(path_);
  EXPECT_EQ(file.batches(99).size(), 0);
  EXPECT_EQ(file.batches(200).size(), 2);
  EXPECT_EQ(file.batches(1'000).size(), 3);
}

TEST_F(WorkloadFileTest, SplitsABatchIntoTheBytesOfItsEvents) {
  const WorkloadFile file(path_);
  const std::vector<EventBytes> events = SplitEvents(file.batches()[1]);
  ASSERT_EQ(events.size(), sent_[1].events_size());
  for (int i = 0; i < sent_[1].events_size(); ++i) {
    const v1::Event& event = sent_[1].events(i);
    EXPECT_EQ(events[i].value, event.SerializeAsString());
    EXPECT_EQ(events[i].customer, event.customer_id());
    EXPECT_EQ(events[i].micros, event.event_time().seconds() * 1'000'000 + event.event_time().nanos() / 1'000);
    EXPECT_EQ(events[i].key.size(), event.customer_id().size() + 8 + event.event_id().size());
  }
}

}  // namespace
}  // namespace ebb::benchmarks
