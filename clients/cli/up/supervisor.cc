#include "clients/cli/up/supervisor.h"

#include <csignal>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cli/up/child_process.h"
#include "clients/cli/up/restart_policy.h"
#include "clients/cli/up/service_log.h"

namespace ebb {
namespace {

constexpr absl::Duration kStep = absl::Milliseconds(50);

}  // namespace

struct Supervisor::Service {
  ServiceSpec spec;
  RestartPolicy policy = {};
  std::optional<ChildProcess> child = {};
  absl::Time started = absl::InfinitePast();
  // When to start again; InfiniteFuture: it runs.
  absl::Time start_at = absl::InfiniteFuture();
  bool serving = false;
  int64_t log_offset = 0;

  std::string LastWords() const {
    if (spec.log_path.empty()) return "see its output above";
    const std::string words = ebb::LastWords(spec.log_path, log_offset);
    return words.empty() ? absl::StrCat("it wrote nothing to ", spec.log_path) : words;
  }
};

Supervisor::Supervisor(Options options) : options_(std::move(options)) {
  for (const ServiceSpec& spec : options_.services)
    services_.push_back(std::make_unique<Service>(Service{.spec = spec}));
}

Supervisor::~Supervisor() { StopAll(); }

absl::Status Supervisor::Run() {
  absl::Status status;
  for (const auto& service : services_) status.Update(Start(*service));
  while (status.ok() && !options_.stop_requested(kStep)) {
    bool all_serving = true;
    for (const auto& service : services_) {
      status.Update(Watch(*service));
      all_serving = all_serving && service->serving;
    }
    if (all_serving && !std::exchange(announced_, true)) options_.on_all_serving();
  }
  StopAll();
  return status;
}

absl::Status Supervisor::Start(Service& service) {
  service.log_offset = service.spec.log_path.empty() ? 0 : FileSize(service.spec.log_path);
  absl::StatusOr<ChildProcess> child = ChildProcess::Start(service.spec.command, service.spec.log_path);
  if (!child.ok()) return child.status();
  service.child = *child;
  service.started = absl::Now();
  service.start_at = absl::InfiniteFuture();
  service.serving = false;
  return absl::OkStatus();
}

absl::Status Supervisor::Watch(Service& service) {
  if (!service.child) return absl::Now() >= service.start_at ? Start(service) : absl::OkStatus();
  if (service.child->Poll()) return OnEnd(service);
  if (service.serving) return absl::OkStatus();
  // Another process may hold the port and answer in its place: only a child that still runs afterwards counts.
  if (options_.check(service.spec).ok() && !service.child->Poll()) {
    service.serving = true;
    if (announced_) options_.remark(absl::StrCat("the ", service.spec.name, " serves again"));
  } else if (absl::Now() - service.started > options_.start_limit) {
    return absl::FailedPreconditionError(absl::StrCat("the ", service.spec.name, " did not serve within ",
                                                      absl::FormatDuration(options_.start_limit), ": ",
                                                      service.LastWords()));
  }
  return absl::OkStatus();
}

absl::Status Supervisor::OnEnd(Service& service) {
  const ProcessEnd end = *service.child->Poll();
  const RestartDecision decision = service.policy.OnEnd(end, service.serving, absl::Now() - service.started);
  service.child.reset();
  service.serving = false;
  if (decision.give_up) {
    return absl::FailedPreconditionError(
        absl::StrCat("the ", service.spec.name, " cannot start (", end.ToString(), "): ", service.LastWords()));
  }
  service.start_at = absl::Now() + decision.wait;
  if (announced_) {
    options_.remark(absl::StrCat("the ", service.spec.name, " ended (", end.ToString(), "); starting it again in ",
                                 absl::FormatDuration(decision.wait)));
  }
  return absl::OkStatus();
}

// Stop requests end no waiting here: a second Ctrl-C ends us at once (and the children with us).
void Supervisor::StopAll() {
  for (const auto& service : services_) {
    if (service->child) service->child->Signal(SIGTERM);
  }
  const absl::Time kill_at = absl::Now() + options_.stop_limit;
  bool killed = false;
  for (const auto& service : services_) {
    while (service->child && !service->child->Poll()) {
      absl::SleepFor(absl::Milliseconds(10));
      if (absl::Now() < kill_at || std::exchange(killed, true)) continue;
      options_.remark("some services do not end; killing them (what they acknowledged is on disk)");
      for (const auto& late : services_) {
        if (late->child) late->child->Signal(SIGKILL);
      }
    }
    service->child.reset();
  }
}

}  // namespace ebb
