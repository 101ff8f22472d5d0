// Rooms form a tree: who may include whom is the table below, and this test reads every #include of the project to
// prove it.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace ebb {
namespace {

namespace fs = std::filesystem;

// A place that may be included, by the first part of its path.
struct Package {
  const char* prefix;
  const char* name;
};

// The longest prefix decides; what is in no row is the standard library or the file's own folder.
constexpr Package kPackages[] = {
    {"google/rpc/", "rpc_protos"},
    {"grpc/health/", "rpc_protos"},
    {"inference/", "inference_protos"},
    {"ebb/v1/", "protos"},
    {"ebb/storage/", "protos"},
    {"google/protobuf/", "protobuf"},
    {"grpc/", "grpc"},
    {"grpcpp/", "grpc"},
    {"rocksdb/", "rocksdb"},
    {"Eigen/", "eigen"},
    {"absl/", "absl"},
    {"absl/synchronization/", "absl_locks"},
    {"fmt/", "fmt"},
    {"CLI/", "cli11"},
    {"nlohmann/", "json"},
    {"openssl/", "openssl"},
    {"prometheus/", "prometheus"},
    {"svm.h", "solvers"},
    {"linear.h", "solvers"},
    {"xgboost/", "xgboost"},
    {"runtime/", "runtime"},
    {"runtime/rpc/", "runtime/rpc"},
    {"runtime/rocks/", "runtime/rocks"},
    {"runtime/protobuf/", "runtime/protobuf"},
    {"runtime/rpc/error_details.h", "error_details"},
    {"runtime/mutex.h", "runtime"},
    {"model/", "model"},
    {"model/feature_schema.h", "model_schema"},
    {"feature_store/", "feature_store"},
    {"trainer/", "trainer"},
    {"scorer/", "scorer"},
    {"clients/cpp/", "clients/cpp"},
    {"clients/cli/", "clients/cli"},
    {"tests/", "tests"},
};

std::string PackageOf(const std::string& include) {
  const Package* best = nullptr;
  for (const Package& package : kPackages) {
    if (include.starts_with(package.prefix) &&
        (!best || std::string(best->prefix).size() < std::string(package.prefix).size())) {
      best = &package;
    }
  }
  return best ? best->name : "";
}

struct Room {
  std::set<std::string> always;
  // Only in files whose path matches.
  std::map<std::string, std::string> only_in = {};
};

// The table of rooms. `only_in` gives a package to the files whose path matches an expression.
const std::map<std::string, Room>& Rooms() {
  static const auto* rooms = new std::map<std::string, Room>{
      {"runtime",
       {{"runtime", "absl", "fmt"},
        {{"absl_locks", "runtime/mutex\\.h"},
         {"cli11", "runtime/[a-z_]+\\.cc"},
         {"json", "runtime/[a-z_]+\\.cc"},
         {"openssl", "runtime/[a-z_]+\\.cc"},
         {"prometheus", "runtime/metrics\\.cc"}}}},
      {"runtime/rpc", {{"runtime", "runtime/rpc", "error_details", "absl", "fmt", "grpc", "protobuf", "rpc_protos"}}},
      {"runtime/rocks", {{"runtime", "runtime/rocks", "absl", "fmt", "rocksdb"}}},
      {"runtime/protobuf", {{"runtime/protobuf", "absl", "fmt", "protobuf"}}},
      {"model", {{"model", "model_schema", "runtime", "absl", "fmt", "eigen", "protos", "protobuf"}}},
      {"clients/cpp",
       {{"clients/cpp", "runtime", "runtime/rpc", "error_details", "absl", "fmt", "grpc", "protos", "protobuf",
         "rpc_protos"}}},
      {"clients/cli",
       {{"clients/cli", "clients/cpp", "runtime", "absl", "fmt", "cli11", "json", "protos", "protobuf"},
        {{"grpc", "clients/cli/.*"},
         {"runtime/rpc", "clients/cli/.*"},
         {"error_details", "clients/cli/.*"},
         {"rpc_protos", "clients/cli/.*"}}}},
      {"feature_store",
       {{"feature_store", "model_schema", "runtime", "runtime/protobuf", "error_details", "absl", "fmt", "protos",
         "protobuf"},
        {{"rocksdb", ".*/rocks_[a-z_]+\\.(h|cc)"},
         {"runtime/rocks", ".*/rocks_[a-z_]+\\.(h|cc)"},
         {"grpc", ".*(_(service|stream|source)\\.(h|cc)|/main\\.cc)"},
         {"runtime/rpc", ".*(_(service|stream|source|flags)\\.(h|cc)|/main\\.cc)"}}}},
      {"trainer",
       {{"trainer", "model", "model_schema", "runtime", "error_details", "clients/cpp", "absl", "fmt", "eigen",
         "protos", "protobuf"},
        {{"rocksdb", ".*/rocks_[a-z_]+\\.(h|cc)"},
         {"runtime/rocks", ".*/rocks_[a-z_]+\\.(h|cc)"},
         {"solvers", "trainer/fit/.*"},
         {"xgboost", "trainer/fit/gradient_boosting\\.cc"},
         {"json", "trainer/fit/gradient_boosting\\.cc"},
         {"grpc", ".*(_service(_[a-z]+)?\\.(h|cc)|_reader\\.(h|cc)|_client\\.(h|cc)|/main\\.cc)"},
         {"runtime/rpc",
          ".*(_service(_[a-z]+)?\\.(h|cc)|_reader\\.(h|cc)|_client\\.(h|cc)|/main\\.cc|_flags\\.(h|cc))"}}}},
      {"scorer",
       {{"scorer", "model", "model_schema", "runtime", "runtime/protobuf", "error_details", "clients/cpp", "absl",
         "fmt", "eigen", "protos", "inference_protos", "protobuf"},
        {{"rocksdb", ".*/rocks_[a-z_]+\\.(h|cc)"},
         {"runtime/rocks", ".*/rocks_[a-z_]+\\.(h|cc)"},
         {"grpc", ".*(_service\\.(h|cc)|_follower\\.(h|cc)|/main\\.cc)"},
         {"runtime/rpc", ".*(_service\\.(h|cc)|_follower\\.(h|cc)|_server\\.(h|cc)|/main\\.cc|_flags\\.(h|cc))"}}}},
  };
  return *rooms;
}

std::optional<std::string> RoomOf(const std::string& path) {
  std::optional<std::string> best;
  for (const auto& [room, unused] : Rooms()) {
    if (path.starts_with(room + "/") && (!best || best->size() < room.size())) best = room;
  }
  return best;
}

// Empty when the file may include it, otherwise the rule that forbids it.
std::string Forbidden(const std::string& path, const std::string& include) {
  const std::string package = PackageOf(include);
  if (package == "absl_locks" && path != "runtime/mutex.h") return "locks come from runtime/mutex.h alone";
  const std::optional<std::string> room = RoomOf(path);
  if (package.empty() || !room) return "";
  const bool test =
      path.ends_with("_test.cc") || path.ends_with("_bench.cc") || path.find("/testing/") != std::string::npos;
  if (package == "tests") return test ? "" : "only tests may include tests/";
  if (package == "model" && *room == "clients/cpp") return "clients know no model";
  const Room& rules = Rooms().at(*room);
  if (rules.always.contains(package)) return "";
  // A test may use every package, but no stranger's room.
  if (test && !Rooms().contains(package)) return "";
  if (test && (package == "runtime/rpc" || package == "model_schema")) return "";
  const auto files = rules.only_in.find(package);
  if (files == rules.only_in.end()) return *room + " may not include " + package;
  if (std::regex_match(path, std::regex(files->second))) return "";
  return *room + " may include " + package + " only in files that match " + files->second;
}

std::vector<std::string> Violations(const std::string& path, std::istream& text) {
  static const std::regex kInclude("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"].*");
  std::vector<std::string> found;
  std::string line;
  std::smatch match;
  for (int number = 1; std::getline(text, line); ++number) {
    if (!std::regex_match(line, match, kInclude)) continue;
    if (const std::string rule = Forbidden(path, match[1]); !rule.empty()) {
      found.push_back(path + ":" + std::to_string(number) + ": " + match[1].str() + ": " + rule);
    }
  }
  return found;
}

TEST(IncludeRules, HoldForEveryFile) {
  const fs::path root = EBB_SOURCE_DIR;
  int files = 0;
  for (const auto& [room, unused] : Rooms()) {
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      const std::string extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      const std::string path = fs::relative(entry.path(), root);
      if (RoomOf(path) != room) continue;
      std::ifstream text(entry.path());
      ++files;
      for (const std::string& violation : Violations(path, text)) ADD_FAILURE() << violation;
    }
  }
  EXPECT_GT(files, 20) << "the rooms were not found below " << root;
}

TEST(IncludeRules, NameTheLineToBlame) {
  const struct {
    const char* path;
    const char* text;
    const char* want;
  } kCases[] = {
      {"model/pipeline.cc", "#include <vector>\n#include \"rocksdb/db.h\"\n",
       "model/pipeline.cc:2: rocksdb/db.h: model may not include rocksdb"},
      {"scorer/segments.cc", "#include \"trainer/registry.h\"\n",
       "scorer/segments.cc:1: trainer/registry.h: scorer may not include trainer"},
      {"runtime/clock.h", "#include \"absl/synchronization/mutex.h\"\n",
       "runtime/clock.h:1: absl/synchronization/mutex.h: locks come from runtime/mutex.h alone"},
      {"feature_store/engine.cc", "#include <grpcpp/grpcpp.h>\n",
       "feature_store/engine.cc:1: grpcpp/grpcpp.h: feature_store may include grpc only in"},
      {"runtime/rpc/channel.cc", "#include \"ebb/v1/event.pb.h\"\n",
       "runtime/rpc/channel.cc:1: ebb/v1/event.pb.h: runtime/rpc may not include protos"},
      {"trainer/search/grid.cc", "#include \"svm.h\"\n",
       "trainer/search/grid.cc:1: svm.h: trainer may include solvers only in"},
      {"trainer/fit/gradient_boosting.cc", "#include <xgboost/c_api.h>\n", ""},
      {"trainer/fit/gradient_boosting.h", "#include <xgboost/c_api.h>\n",
       "trainer/fit/gradient_boosting.h:1: xgboost/c_api.h: trainer may include xgboost only in"},
      {"model/estimator/gradient_boosting.h", "#include <xgboost/c_api.h>\n",
       "model/estimator/gradient_boosting.h:1: xgboost/c_api.h: model may not include xgboost"},
      {"runtime/metrics.cc", "#include <prometheus/exposer.h>\n", ""},
      {"runtime/process_metrics.cc", "#include <prometheus/exposer.h>\n",
       "runtime/process_metrics.cc:1: prometheus/exposer.h: runtime may include prometheus only in"},
      {"scorer/rocks_score_table.cc", "#include <rocksdb/db.h>\n", ""},
      {"scorer/rocks_score_table.cc", "#include \"runtime/rocks/info_log.h\"\n", ""},
      {"scorer/scoring_engine.cc", "#include \"runtime/rocks/info_log.h\"\n",
       "scorer/scoring_engine.cc:1: runtime/rocks/info_log.h: scorer may include runtime/rocks only in"},
      {"trainer/trainer_service.h", "#include \"inference/open_inference_grpc.pb.h\"\n",
       "trainer/trainer_service.h:1: inference/open_inference_grpc.pb.h: trainer may not include inference_protos"},
      {"runtime/rocks/info_log.cc", "#include <grpcpp/grpcpp.h>\n",
       "runtime/rocks/info_log.cc:1: grpcpp/grpcpp.h: runtime/rocks may not include grpc"},
      {"feature_store/declarations.cc", "#include \"model/feature_schema.h\"\n", ""},
      {"feature_store/declarations.cc", "#include \"model/pipeline.h\"\n",
       "feature_store/declarations.cc:1: model/pipeline.h: feature_store may not include model"},
  };
  for (const auto& c : kCases) {
    std::istringstream text(c.text);
    const std::vector<std::string> found = Violations(c.path, text);
    if (std::string(c.want).empty()) {
      EXPECT_TRUE(found.empty()) << found.front();
    } else {
      ASSERT_EQ(found.size(), 1u) << c.path;
      EXPECT_TRUE(found[0].starts_with(c.want)) << found[0];
    }
  }
}

}  // namespace
}  // namespace ebb
