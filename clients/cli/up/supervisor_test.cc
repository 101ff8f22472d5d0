#include "clients/cli/up/supervisor.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/time/clock.h"
#include "clients/cli/up/child_process.h"
#include "clients/cli/up/restart_policy.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/patience.h"

namespace ebb {
namespace {

using ebb::testing::kPatience;

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Services are small shell scripts in a folder of the test's own; each writes its process id, one a line, when it
// begins.
class SupervisorTest : public ::testing::Test {
 protected:
  SupervisorTest()
      : folder_(fs::path(::testing::TempDir()) / ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~SupervisorTest() override { fs::remove_all(folder_); }

  ServiceSpec Script(const std::string& name, const std::string& body) {
    const fs::path path = folder_ / (name + ".sh");
    std::ofstream(path) << "#!/bin/sh\necho $$ >> " << (folder_ / (name + ".pids")).string() << "\n" << body << "\n";
    fs::permissions(path, fs::perms::owner_all);
    return {.name = name, .command = {path.string()}, .address = "", .log_path = (folder_ / (name + ".log")).string()};
  }
  std::vector<pid_t> Pids(const std::string& name) const {
    std::ifstream file(folder_ / (name + ".pids"));
    std::vector<pid_t> pids;
    for (pid_t pid; file >> pid;) pids.push_back(pid);
    return pids;
  }
  // A supervisor for which a service serves once it runs; it stops as soon as `done` says so.
  Supervisor::Options OptionsFor(std::vector<ServiceSpec> services, std::function<bool()> done) {
    return {.services = std::move(services),
            .check =
                [this](const ServiceSpec& service) {
                  return Pids(service.name).empty() ? absl::UnavailableError("") : absl::OkStatus();
                },
            .stop_requested =
                [done, limit = absl::Now() + kPatience](absl::Duration) {
                  EXPECT_LT(absl::Now(), limit) << "the services did not do what the test waits for";
                  return done() || absl::Now() >= limit;
                },
            .on_all_serving = [this] { ++announced_; },
            .remark = [this](const std::string& text) { remarks_ += text + "\n"; }};
  }

  const fs::path folder_;
  int announced_ = 0;
  std::string remarks_;
};

constexpr char kSleep[] = "exec sleep 1000";

TEST_F(SupervisorTest, EndsEveryChildWhenItIsStopped) {
  Supervisor supervisor(OptionsFor({Script("a", kSleep), Script("b", kSleep)}, [this] { return announced_ > 0; }));
  EXPECT_EQ(supervisor.Run(), absl::OkStatus());
  EXPECT_EQ(announced_, 1);
  for (const char* name : {"a", "b"}) {
    ASSERT_EQ(Pids(name).size(), 1);
    EXPECT_EQ(kill(Pids(name).front(), 0), -1) << "the child outlived its supervisor";
  }
}

TEST_F(SupervisorTest, StartsAServiceThatDiedAgain) {
  const auto kill_the_first = [this] {
    const std::vector<pid_t> pids = Pids("a");
    if (announced_ > 0 && pids.size() == 1) kill(pids.front(), SIGKILL);
    return pids.size() == 2;
  };
  Supervisor supervisor(OptionsFor({Script("a", kSleep)}, kill_the_first));
  EXPECT_EQ(supervisor.Run(), absl::OkStatus());
  EXPECT_THAT(remarks_, HasSubstr("the a ended (signal 9 (Killed)); starting it again in 200ms"));
}

TEST_F(SupervisorTest, GivesUpWithTheServicesOwnWordsAndStopsTheOthers) {
  Supervisor::Options options =
      OptionsFor({Script("good", kSleep), Script("bad", "echo starting; echo 'port 7500 is taken' >&2; exit 1")},
                 [] { return false; });
  options.check = [](const ServiceSpec&) { return absl::UnavailableError("not yet"); };
  Supervisor supervisor(options);
  const absl::Status status = supervisor.Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "the bad cannot start (exit status 1): port 7500 is taken");
  EXPECT_EQ(Pids("bad").size(), RestartPolicy::kFailedStarts);
  EXPECT_EQ(kill(Pids("good").front(), 0), -1);
}

TEST_F(SupervisorTest, ReadsTheReasonOutOfAJsonLogLine) {
  Supervisor::Options options = OptionsFor(
      {Script(
          "bad",
          R"(echo '{"level":"error","message":"ends","reason":"the folder is in use by process 12"}' >&2; exit 2)")},
      [] { return false; });
  options.check = [](const ServiceSpec&) { return absl::UnavailableError("not yet"); };
  Supervisor supervisor(options);
  EXPECT_EQ(supervisor.Run().message(), "the bad cannot start (exit status 2): the folder is in use by process 12");
  EXPECT_EQ(Pids("bad").size(), 1) << "a wrong command line does not become right by trying";
}

TEST_F(SupervisorTest, AProgramThatIsNotThereIsNamed) {
  Supervisor supervisor(OptionsFor(
      {{.name = "x", .command = {"/nonexistent/ebb-x"}, .address = "", .log_path = (folder_ / "x.log").string()}},
      [] { return false; }));
  EXPECT_THAT(std::string(supervisor.Run().message()),
              AllOf(HasSubstr("/nonexistent/ebb-x"), HasSubstr("./dev build")));
}

TEST(RestartPolicyTest, WaitsLongerAndLongerAndForgetsAfterAHealthyRun) {
  RestartPolicy policy;
  const ProcessEnd crash{.exit_status = 0, .signal = SIGSEGV};
  std::vector<absl::Duration> waits;
  for (int i = 0; i < 7; ++i) waits.push_back(policy.OnEnd(crash, /*served=*/true, absl::Seconds(1)).wait);
  EXPECT_THAT(waits, ::testing::ElementsAre(absl::Milliseconds(200), absl::Milliseconds(400), absl::Milliseconds(800),
                                            absl::Milliseconds(1600), absl::Milliseconds(3200), absl::Seconds(5),
                                            absl::Seconds(5)));
  EXPECT_EQ(policy.OnEnd(crash, /*served=*/true, absl::Minutes(2)).wait, absl::Milliseconds(200));
}

TEST(RestartPolicyTest, AServiceThatServedInBetweenIsNotGivenUp) {
  RestartPolicy policy;
  const ProcessEnd failure{.exit_status = 1, .signal = 0};
  for (int round = 0; round < 5; ++round) {
    EXPECT_FALSE(policy.OnEnd(failure, /*served=*/false, absl::Seconds(1)).give_up);
    EXPECT_FALSE(policy.OnEnd(failure, /*served=*/false, absl::Seconds(1)).give_up);
    EXPECT_FALSE(policy.OnEnd(failure, /*served=*/true, absl::Seconds(1)).give_up);
  }
}

}  // namespace
}  // namespace ebb
