// ebb-bench-workload: writes a workload (see workload.h) into a file for the other programs, once before the rounds,
// and prints how many of its events are repetitions.

#include <cstdio>
#include <fstream>
#include <string>

#include "absl/time/civil_time.h"
#include "runtime/config.h"
#include "tests/benchmarks/workload.h"
#include "tests/benchmarks/workload_file.h"

namespace ebb::benchmarks {
namespace {

struct Options {
  std::string file;
  int64_t events = 1'000'000;
  int64_t customers = 10'000;
  int events_per_batch = 1'000;
  bool zipf = false;
  std::string purchases_from;
  int months = 13;
  std::string table;
};

// A line an event, for programs in other languages: customer, microseconds, bytes of the event.
void WriteTable(const std::string& workload, const std::string& path) {
  const WorkloadFile file(workload);
  std::ofstream table(path, std::ios::binary);
  for (const WireBatch& batch : file.batches()) {
    for (const EventBytes& event : SplitEvents(batch)) {
      table << event.customer << ',' << event.micros << ',' << event.value.size() << '\n';
    }
  }
}

int Run(const Options& options) {
  if (!options.table.empty()) {
    WriteTable(options.file, options.table);
    return 0;
  }
  WorkloadFileWriter file(options.file);
  const auto write = [&](const v1::IngestRequest& batch) { file.Add(batch); };
  int64_t repeated = 0;
  if (!options.purchases_from.empty()) {
    PurchaseLogOptions log{.customers = options.customers,
                           .months = options.months,
                           .first = {},
                           .events_per_batch = options.events_per_batch};
    if (!absl::ParseCivilTime(options.purchases_from, &log.first)) {
      std::fprintf(stderr, "--purchases-from must be a month such as 2025-03\n");
      return 2;
    }
    MakePurchaseLog(log, write);
  } else {
    repeated = MakeWorkload({.events = options.events,
                             .customers = options.customers,
                             .events_per_batch = options.events_per_batch,
                             .zipf = options.zipf},
                            write);
  }
  file.Finish();
  std::printf("{\"repeated\":%lld}\n", static_cast<long long>(repeated));
  return 0;
}

}  // namespace
}  // namespace ebb::benchmarks

int main(int argc, char** argv) {
  ebb::benchmarks::Options options;
  ebb::Flags flags("ebb-bench-workload", "Writes a workload into a file for the benchmarks.");
  flags.Add("file", &options.file, "File to write (with --table: to read)", ebb::NotEmpty());
  flags.Add("events", &options.events, "Events");
  flags.Add("customers", &options.customers, "Customers");
  flags.Add("events-per-batch", &options.events_per_batch, "Events in a message");
  flags.Add("zipf", &options.zipf, "Customers by Zipf's law instead of uniformly");
  flags.Add("purchases-from", &options.purchases_from, "First month of a log of monthly purchases, made instead");
  flags.Add("months", &options.months, "Months of that log");
  flags.Add("table", &options.table, "Write the file's events as a table here, instead of making any");
  if (const auto exit_status = flags.Parse(argc, argv)) return *exit_status;
  return ebb::benchmarks::Run(options);
}
