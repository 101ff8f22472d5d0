// ebb-bench-training-set-load: reads a training set of monthly as-of dates through ReadTrainingSet. Without --keep each
// chunk is looked at and dropped; with it the whole table is in memory in the end, as a data frame would be. Prints one
// JSON object: seconds, rows, features, the most memory that this process ever had.

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "runtime/config.h"
#include "tests/benchmarks/stream_load.h"

namespace ebb::benchmarks {
namespace {

struct Options {
  std::string address;
  std::string first_date;
  int dates = 12;
  bool keep = false;
};

v1::ReadTrainingSetRequest Request(absl::CivilMonth first, int dates) {
  v1::ReadTrainingSetRequest request;
  for (int i = 0; i < dates; ++i) {
    request.add_as_of()->set_seconds(absl::ToUnixSeconds(absl::FromCivil(first + i, absl::UTCTimeZone())));
  }
  request.mutable_purchase_decline()->set_horizon_months(1);
  return request;
}

int Run(const Options& options, absl::CivilMonth first) {
  WaitUntilServing(options.address);
  const auto stub = v1::FeatureStore::NewStub(Connect(options.address));
  std::vector<std::vector<std::string>> columns;  // column -> data of its chunks
  int64_t rows = 0;
  int features = 0;
  v1::TrainingSetSummary summary;
  const auto begin = std::chrono::steady_clock::now();
  grpc::ClientContext context;
  const auto stream = stub->ReadTrainingSet(&context, Request(first, options.dates));
  v1::ReadTrainingSetResponse chunk;
  while (stream->Read(&chunk)) {
    if (chunk.has_schema()) features = chunk.schema().features_size();
    if (chunk.has_summary()) summary = chunk.summary();
    rows += chunk.rows();
    columns.resize(std::max<size_t>(columns.size(), chunk.columns_size()));
    for (int i = 0; i < chunk.columns_size(); ++i) {
      v1::ColumnBuffers& column = *chunk.mutable_columns(i);
      for (std::string* buffer : {column.mutable_data(), column.mutable_offsets(), column.mutable_validity()}) {
        if (options.keep) columns[i].push_back(std::move(*buffer));
      }
    }
  }
  const grpc::Status status = stream->Finish();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!status.ok() || rows != summary.rows()) {
    fmt::print(stderr, "the training set ended early: {}\n", status.error_message());
    std::abort();
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print(R"({{"seconds":{:.6f},"rows":{},"features":{},"peak_memory_mib":{:.1f}}})"
             "\n",
             seconds, rows, features, static_cast<double>(usage.ru_maxrss) / 1024);
  return 0;
}

}  // namespace
}  // namespace ebb::benchmarks

int main(int argc, char** argv) {
  ebb::benchmarks::Options options;
  ebb::Flags flags("ebb-bench-training-set-load", "Reads a training set of monthly dates.");
  flags.Add("address", &options.address, "The store", ebb::NotEmpty());
  flags.Add("first-date", &options.first_date, "Month whose first midnight (UTC) is the first as-of date: 2025-03");
  flags.Add("dates", &options.dates, "As-of dates, a month apart", ebb::Between(1, 120));
  flags.Add("keep", &options.keep, "Keep all of the table in memory");
  if (const auto exit_status = flags.Parse(argc, argv)) return *exit_status;
  absl::CivilMonth first;
  if (!absl::ParseCivilTime(options.first_date, &first)) {
    fmt::print(stderr, "--first-date must be a month such as 2025-03\n");
    return 2;
  }
  return ebb::benchmarks::Run(options, first);
}
