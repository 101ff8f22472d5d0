#include "clients/cli/up/program_path.h"

#include <filesystem>

namespace ebb {

std::string ProgramBesideUs(std::string_view name) {
  std::error_code error;
  return (std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / name).string();
}

}  // namespace ebb
