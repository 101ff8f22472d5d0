// `./dev` and its demo where they cannot work: one line says what is wrong and what to do, and nothing is touched.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/end_to_end/shop.h"

namespace ebb::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

// The demo with the programs of this build and its data below `folder`.
Outcome RunDemo(const std::string& folder, const std::vector<std::string>& environment, int port_base) {
  std::vector<std::string> command = {"/usr/bin/env", "EBB_BIN_DIR=" + BinDir(), "TMPDIR=" + folder};
  command.insert(command.end(), environment.begin(), environment.end());
  command.insert(command.end(), {EBB_SOURCE_DIR "/deploy/demo.sh", "--once", "--port-base", std::to_string(port_base)});
  return RunProgram(command);
}

TEST(Demo, OnADiskThatIsNearlyFullSaysSoBeforeItStartsAnything) {
  const TemporaryFolder folder;
  const Outcome demo = RunDemo(folder.path(), {"EBB_DEMO_MIB=1000000000"}, FreePorts(3));
  EXPECT_EQ(demo.exit_status, 1);
  EXPECT_THAT(demo.err, AllOf(HasSubstr("MiB are free in " + folder.path()), HasSubstr("TMPDIR")));
  EXPECT_EQ(demo.out, "");
  EXPECT_TRUE(fs::is_empty(folder.path())) << "it leaves nothing behind";
}

TEST(Demo, OnTakenPortsLeavesTheServicesThatHoldThemAlone) {
  Services others;
  others.StartAll();
  const TemporaryFolder folder;
  const Outcome demo = RunDemo(folder.path(), {"EBB_DEMO_MIB=1"}, others.port_base());
  EXPECT_EQ(demo.exit_status, 1);
  EXPECT_THAT(demo.err,
              AllOf(HasSubstr("port " + std::to_string(others.port_base()) + " is taken"), HasSubstr("--port-base")));
  EXPECT_THAT(others.Ebb({"status", "--output", "json"}).out, HasSubstr("\"customers\":0"));
  EXPECT_TRUE(fs::is_empty(folder.path())) << "it leaves nothing behind";
}

// Programs that ./dev finds in its PATH: those of the system that it needs, and stand-ins.
class FakePath {
 public:
  explicit FakePath(const std::vector<std::string>& programs) {
    for (const std::string& program : programs)
      fs::create_symlink("/usr/bin/" + program, folder_.path() + "/" + program);
  }
  void Add(const std::string& name, const std::string& script) {
    const std::string path = folder_.path() + "/" + name;
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(path, fs::perms::owner_all);
  }
  const std::string& path() const { return folder_.path(); }

 private:
  const TemporaryFolder folder_;
};

TEST(Dev, WithoutRootAndSudoNamesThePackagesToAskFor) {
  FakePath path({"bash", "dirname", "readlink", "mkdir"});
  path.Add("id", "echo 1000");       // not root
  path.Add("dpkg-query", "exit 1");  // nothing is installed
  const Outcome dev = RunProgram({"/usr/bin/env", "PATH=" + path.path(), EBB_SOURCE_DIR "/dev", "build"});
  EXPECT_EQ(dev.exit_status, 1);
  EXPECT_THAT(dev.err, AllOf(HasSubstr("neither root nor sudo is at hand"), HasSubstr("apt-get install g++ cmake")));
  EXPECT_EQ(dev.out, "");
}

TEST(Dev, WithoutDebiansPackageManagerSaysWhatToInstallByHand) {
  const FakePath path({"bash", "dirname", "readlink", "mkdir"});
  const Outcome dev = RunProgram({"/usr/bin/env", "PATH=" + path.path(), EBB_SOURCE_DIR "/dev", "build"});
  EXPECT_EQ(dev.exit_status, 1);
  EXPECT_THAT(dev.err, AllOf(HasSubstr("install these by hand"), HasSubstr("librocksdb-dev")));
}

}  // namespace
}  // namespace ebb::testing
