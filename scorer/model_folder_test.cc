#include "scorer/model_folder.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "runtime/digest.h"
#include "tests/support/process.h"

namespace ebb::scorer {
namespace {

class ModelFolderTest : public ::testing::Test {
 protected:
  static ModelFile File(int64_t version, const std::string& bytes) {
    return {.version = version, .digest = Sha256Hex(bytes), .bytes = bytes};
  }

  const ebb::testing::TemporaryFolder temporary_;
  const std::string path_ = temporary_.path();
};

TEST_F(ModelFolderTest, GivesBackTheLastOneKept) {
  const ModelFolder folder(path_);
  EXPECT_FALSE(folder.Load().value().has_value());
  ASSERT_TRUE(folder.Save(File(1, "first\nof two lines")).ok());
  ASSERT_TRUE(folder.Save(File(2, std::string("binary\0bytes", 12))).ok());
  const auto loaded = ModelFolder(path_).Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ((*loaded)->version, 2);
  EXPECT_EQ((*loaded)->bytes, std::string("binary\0bytes", 12));
}

TEST_F(ModelFolderTest, DamageIsDataLossAndSaysWhatToDo) {
  const ModelFolder folder(path_);
  ASSERT_TRUE(folder.Save(File(1, "bytes")).ok());
  std::ofstream(path_ + "/champion", std::ios::app) << "x";
  const absl::Status status = folder.Load().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("delete it"), absl::string_view::npos);
}

}  // namespace
}  // namespace ebb::scorer
