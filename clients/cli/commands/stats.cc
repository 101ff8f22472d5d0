#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/feature_store_client.h"

namespace ebb {
namespace {

Cell SecondsCell(const google::protobuf::Duration& duration) {
  return RealCell(static_cast<double>(duration.seconds()) + duration.nanos() * 1e-9, 3);
}

Record Content(const v1::StoreStats& stats) {
  Record content("content");
  content.Add("customers", CountCell(stats.customers()));
  content.Add("events", CountCell(stats.events()));
  content.Add("erased_customers", CountCell(stats.erased_customers()));
  content.Add("pending_erasures", CountCell(stats.pending_erasures()));
  content.Add("expired_events", CountCell(stats.expired_events()));
  content.Add("expired_before",
              stats.has_expired_before() ? TimeCell(FromTimestamp(stats.expired_before())) : NoCell());
  content.Add("clock", TimeCell(FromTimestamp(stats.clock())));
  content.Add("log_sequence", CountCell(stats.log_sequence()));
  content.Add("change_sequence", CountCell(stats.change_sequence()));
  content.Add("disk_bytes", CountCell(stats.disk_bytes()));
  content.Add("disk_bytes_per_event",
              stats.events() > 0
                  ? RealCell(static_cast<double>(stats.disk_bytes()) / static_cast<double>(stats.events()), 1)
                  : NoCell());
  content.Add("resident_bytes", CountCell(stats.resident_bytes()));
  content.Add("resident_bytes_per_customer",
              stats.customers() > 0 ? CountCell(stats.resident_bytes() / stats.customers()) : NoCell());
  return content;
}

Record Ingest(const v1::StoreStats& stats) {
  Record ingest("ingest");
  ingest.Add("accepted", CountCell(stats.accepted()));
  ingest.Add("duplicate", CountCell(stats.duplicate()));
  ingest.Add("rejected", CountCell(stats.rejected()));
  ingest.Add("accepted_per_second", RealCell(stats.rates().accepted(), 1));
  ingest.Add("duplicate_per_second", RealCell(stats.rates().duplicate(), 1));
  ingest.Add("rejected_per_second", RealCell(stats.rates().rejected(), 1));
  return ingest;
}

Record Lags(const v1::StoreStats& stats) {
  const v1::StoreLags& lags = stats.lags();
  Record behind("lags");
  behind.Add("unsorted_events", CountCell(lags.unsorted()));
  behind.Add("unsaved_events", CountCell(lags.unsaved()));
  behind.Add("full_segments", CountCell(stats.full_segments()));
  behind.Add("watchers", CountCell(stats.watchers()));
  behind.Add("unwatched_changes", CountCell(lags.unwatched()));
  behind.Add("watch_age_seconds", SecondsCell(lags.watch_age()));
  behind.Add("unswept_customers", CountCell(lags.unswept()));
  behind.Add("sweep_age_seconds", SecondsCell(lags.sweep_age()));
  return behind;
}

Record Memory(const v1::StoreStats& stats) {
  const v1::VectorCacheFigures& vectors = stats.vector_cache();
  Record memory("memory");
  memory.Add("resident_customers", CountCell(stats.resident_customers()));
  memory.Add("state_bytes", CountCell(stats.state_memory_bytes()));
  memory.Add("state_loads", CountCell(stats.state_loads()));
  memory.Add("waiting_events", CountCell(stats.waiting_events()));
  memory.Add("vectors", CountCell(vectors.vectors()));
  memory.Add("vector_bytes", CountCell(vectors.bytes()));
  const int64_t asked = vectors.hits() + vectors.misses();
  memory.Add("vector_hit_share",
             asked > 0 ? ShareCell(static_cast<double>(vectors.hits()) / static_cast<double>(asked)) : NoCell());
  return memory;
}

// Without a back-fill there is nothing to tell but that.
Record BackFill(const v1::StoreStats& stats) {
  const v1::BackFillProgress& progress = stats.back_fill();
  Record back_fill("back_fill");
  back_fill.Add("back_filling", BoolCell(stats.has_back_fill()));
  back_fill.Add("back_filled_customers", stats.has_back_fill() ? CountCell(progress.customers_done()) : NoCell());
  back_fill.Add("back_fill_customers", stats.has_back_fill() ? CountCell(progress.customers()) : NoCell());
  back_fill.Add("back_fill_began", stats.has_back_fill() ? TimeCell(FromTimestamp(progress.began())) : NoCell());
  back_fill.Add("back_filled_per_second",
                stats.has_back_fill() ? RealCell(progress.customers_per_second(), 1) : NoCell());
  return back_fill;
}

Record Database(const v1::DatabaseFigures& figures) {
  Record database("database");
  database.Add("live_bytes", CountCell(figures.live_bytes()));
  database.Add("file_bytes", CountCell(figures.file_bytes()));
  database.Add("wal_bytes", CountCell(figures.wal_bytes()));
  database.Add("memtable_bytes", CountCell(figures.memtable_bytes()));
  database.Add("table_reader_bytes", CountCell(figures.table_reader_bytes()));
  database.Add("block_cache_bytes", CountCell(figures.block_cache_bytes()));
  const int64_t asked = figures.block_cache_hits() + figures.block_cache_misses();
  database.Add(
      "block_cache_hit_share",
      asked > 0 ? ShareCell(static_cast<double>(figures.block_cache_hits()) / static_cast<double>(asked)) : NoCell());
  database.Add("pending_compaction_bytes", CountCell(figures.pending_compaction_bytes()));
  database.Add("background_jobs", CountCell(figures.background_jobs()));
  database.Add("stalled_seconds", SecondsCell(figures.stalled()));
  database.Add("stalling", BoolCell(figures.stalling()));
  return database;
}

absl::Status RunStats(CommandContext& context) {
  const absl::StatusOr<v1::StoreStats> stats = context.feature_store().GetStats();
  if (!stats.ok()) return stats.status();
  const std::vector<Record> parts = {Content(*stats), Ingest(*stats),   Lags(*stats),
                                     Memory(*stats),  BackFill(*stats), Database(stats->database())};
  if (context.format() == OutputFormat::kCsv) {
    Record row;  // CSV has one table
    for (const Record& part : parts) {
      for (const auto& [name, cell] : part.fields()) row.Add(name, cell);
    }
    Print(context, row);
  } else {
    Print(context, std::vector<Section>(parts.begin(), parts.end()));
  }
  return absl::OkStatus();
}

}  // namespace

Command StatsCommand() {
  Command command{.name = "stats",
                  .group = CommandGroup::kOperate,
                  .summary = "Sizes, rates, lags and memory of the feature store"};
  command.description =
      "Counters count since the store started; rates are of the last minute. Lags say how far sorting, saving, "
      "watching "
      "and the sweep of\n"
      "silent customers are behind; back_fill, how far other declarations are prepared. For a history of these figures "
      "run the store with --metrics-listen and let "
      "Prometheus read it.";
  command.examples = {{"ebb stats", "is anything behind?"}, {"ebb stats --output json", "for programs"}};
  command.run = RunStats;
  return command;
}

}  // namespace ebb
