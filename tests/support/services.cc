#include "tests/support/services.h"

#include <grpcpp/grpcpp.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "grpc/health/v1/health.grpc.pb.h"

namespace ebb::testing {
namespace {

constexpr const char* kBinaries[] = {"ebb-feature-store", "ebb-trainer", "ebb-scorer"};
constexpr const char* kFolders[] = {"store", "trainer", "scorer"};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Files instead of pipes: no reader is needed, and nothing blocks.
std::string Redirected(const std::string& folder, const char* name) { return folder + "/" + name; }

}  // namespace

Outcome RunProgram(const std::vector<std::string>& command, const std::string& input) {
  const TemporaryFolder folder;
  const std::string in = Redirected(folder.path(), "in");
  const std::string out = Redirected(folder.path(), "out");
  const std::string err = Redirected(folder.path(), "err");
  std::ofstream(in, std::ios::binary) << input;
  // exec keeps the shell out of the arguments: they are passed as they are.
  std::vector<std::string> wrapped = {
      "/bin/sh", "-c", R"(in=$1 out=$2 err=$3; shift 3; exec "$@" <"$in" >"$out" 2>"$err")", "sh", in, out, err};
  wrapped.insert(wrapped.end(), command.begin(), command.end());
  Process process(wrapped);
  const int status = process.Wait();
  return {.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .out = ReadFile(out),
          .err = ReadFile(err)};
}

Services::Services(std::array<std::vector<std::string>, 3> extra)
    : extra_(std::move(extra)), port_base_(FreePorts(3)) {}

std::string Services::Address(Service service) const { return "127.0.0.1:" + std::to_string(port_base_ + service); }
std::string Services::DataDir(Service service) const { return folder_.path() + "/" + kFolders[service]; }

std::string Services::LogFile(Service service) const { return folder_.path() + "/" + kFolders[service] + ".log"; }

void Services::Launch(Service service, const std::vector<std::string>& more) {
  std::vector<std::string> command = {BinDir() + "/" + kBinaries[service], "--data-dir", DataDir(service), "--listen",
                                      Address(service)};
  if (service != kFeatureStore) command.insert(command.end(), {"--feature-store", Address(kFeatureStore)});
  if (service == kScorer) command.insert(command.end(), {"--trainer", Address(kTrainer)});
  command.insert(command.end(), extra_[service].begin(), extra_[service].end());
  command.insert(command.end(), more.begin(), more.end());
  processes_[service] = std::make_unique<Process>(command, LogFile(service));
}

void Services::Start(Service service, const std::vector<std::string>& more) {
  Launch(service, more);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 50);
  const auto stub = grpc::health::v1::Health::NewStub(
      grpc::CreateCustomChannel(Address(service), grpc::InsecureChannelCredentials(), arguments));
  const auto limit = std::chrono::system_clock::now() + std::chrono::seconds(60);
  while (std::chrono::system_clock::now() < limit && processes_[service]->running()) {
    grpc::ClientContext context;
    context.set_deadline(std::min(limit, std::chrono::system_clock::now() + std::chrono::seconds(1)));
    context.set_wait_for_ready(true);
    grpc::health::v1::HealthCheckResponse response;
    if (stub->Check(&context, {}, &response).ok() &&
        response.status() == grpc::health::v1::HealthCheckResponse::SERVING)
      return;
  }
  std::fprintf(stderr, "%s does not serve; its log:\n%s\n", kBinaries[service], ReadFile(LogFile(service)).c_str());
  std::abort();
}

void Services::StartAll() {
  for (const Service service : kAll) Start(service);
}

int Services::Kill(Service service, int signal) {
  const int status = processes_[service]->Kill(signal);
  processes_[service].reset();
  return status;
}

Outcome Services::Ebb(std::vector<std::string> arguments, const std::string& input) const {
  std::vector<std::string> command = {BinDir() + "/ebb"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.insert(command.end(), {"--port-base", std::to_string(port_base_)});
  return RunProgram(command, input);
}

}  // namespace ebb::testing
