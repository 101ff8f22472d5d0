#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

#include "clients/cli/run.h"

extern char** environ;

namespace {

ebb::Environment ReadEnvironment() {
  ebb::Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string::npos) environment[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return environment;
}

ebb::Terminal ReadTerminal() {
  ebb::Terminal terminal{.out = isatty(STDOUT_FILENO) == 1, .err = isatty(STDERR_FILENO) == 1};
  winsize size{};
  if (ioctl(terminal.out ? STDOUT_FILENO : STDERR_FILENO, TIOCGWINSZ, &size) == 0) terminal.width = size.ws_col;
  return terminal;
}

}  // namespace

// A closed pipe (`ebb score --all | head`) ends the program silently: SIGPIPE keeps its default action here.
int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return ebb::RunEbb({argv + 1, argv + argc}, ReadEnvironment(), ReadTerminal(), std::cout, std::cerr);
}
