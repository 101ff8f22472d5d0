#include "feature_store/store_flags.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "feature_store/declarations.h"

namespace ebb::feature_store {

void AddStoreFlags(StoreOptions* options, Flags* flags) {
  AddServerFlags(&options->server, flags);
  flags->Add("data-dir", &options->data_dir, "Folder of the data; made if absent, used by one process at a time",
             NotEmpty());
  flags->Add("declarations", &options->declarations,
             "Text file that declares the features; empty: those built in. A changed one is served once every customer "
             "is folded under it, in the background");
  flags->Add("check-declarations", &options->check_declarations,
             "Look for mistakes in the declarations, print them and end; no data is touched");
  flags->Add("clock", &options->clock, "wall: time is the machine's; watermark: the latest event's, to replay history",
             OneOf({"wall", "watermark"}));
  flags->Add("retention", &options->retention, "Events older than this are refused and leave the history",
             AtLeast(absl::Hours(24)));
  flags->Add("disk-reserve", &options->disk_reserve, "Free space below which nothing more is taken", AtLeast(MiB(16)));
  flags->Add("checkpoint-interval", &options->checkpoint_interval,
             "How often folded state is saved; bounds the replay at start", Between(absl::Seconds(1), absl::Hours(24)));
  flags->Add("sweep-interval", &options->sweep_interval,
             "How often customers are looked at whose vectors time alone changes",
             Between(absl::Milliseconds(10), absl::Hours(1)));
  flags->Add("memory", &options->memory,
             "Memory of the process. Of what is beyond 224MiB four fifths are for customers, their aggregates and "
             "latest vectors; what is not used lately lies on the disk. Some 80 bytes a customer are always in memory",
             AtLeast(MiB(256)));
  flags->Add("segment-events", &options->segment_events, "Events of the log that are sorted into the history at once",
             Between(uint64_t{1'000}, uint64_t{10'000'000}));
  flags->Add("metrics-listen", &options->metrics_listen,
             "Address that serves metrics for Prometheus, such as 127.0.0.1:7504; empty: none are served");
  flags->Add("log-level", &options->log_level, "debug, info, warning or error");
}

FeatureStoreEngine::Options EngineOptions(const StoreOptions& options) {
  FeatureStoreEngine::Options engine;
  engine.writer.clock_mode = options.clock == "wall" ? ClockMode::kWall : ClockMode::kWatermark;
  engine.writer.retention = options.retention;
  engine.writer.reserve_bytes = options.disk_reserve.bytes;
  engine.writer.state_memory_bytes = (options.memory.bytes - MiB(224).bytes) / 5 * 4;  // as the flag says
  engine.vector_cache_bytes = options.memory.bytes / 4;                                // aggregates yield to it
  engine.writer.segment_events = options.segment_events;
  engine.writer.sweep_interval = options.sweep_interval;
  engine.maintenance.checkpoint_interval = options.checkpoint_interval;
  return engine;
}

size_t CacheBytes(const StoreOptions& options) { return options.memory.bytes / 16; }

absl::StatusOr<CompiledDeclarations> LoadDeclarations(const StoreOptions& options) {
  if (options.declarations.empty()) {
    return CompileDeclarations(DefaultDeclarationsText(), "built-in features", options.retention);
  }
  std::ifstream file(options.declarations, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) {
    return absl::NotFoundError(absl::StrCat("--declarations: the file ", options.declarations, " cannot be read"));
  }
  return CompileDeclarations(text.str(), options.declarations, options.retention);
}

}  // namespace ebb::feature_store
