#include "clients/cli/one_click/shop_files_for_test.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace ebb::one_click {
namespace {

std::string WriteText(const std::filesystem::path& folder, const std::string& name, const std::string& text) {
  const std::filesystem::path path = folder / name;
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

}  // namespace

ShopPaths WriteShop(const ShopTexts& texts) {
  static int shops = 0;
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) /
                                       ("ebb_shop_" + std::to_string(getpid()) + "_" + std::to_string(++shops));
  std::filesystem::create_directories(folder);
  return {WriteText(folder, "market_file.csv", texts.market_file),
          WriteText(folder, "market_money.csv", texts.market_money),
          WriteText(folder, "market_time.csv", texts.market_time), WriteText(folder, "money.csv", texts.money)};
}

absl::StatusOr<ShopImport> ReadShopTexts(const ShopTexts& texts) {
  const ShopPaths paths = WriteShop(texts);
  absl::StatusOr<ShopImport> import = ReadShop(paths, Vocabulary::Default());
  std::filesystem::remove_all(std::filesystem::path(paths.money).parent_path());
  return import;
}

std::string With(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) {
    ADD_FAILURE() << "the test's text does not hold \"" << from << "\"";
    return text;
  }
  return text.replace(at, from.size(), to);
}

}  // namespace ebb::one_click
