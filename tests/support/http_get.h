// What Prometheus does, for tests of programs that serve metrics.
#pragma once

#include <string>

namespace ebb::testing {

// The whole answer, headers and body, of GET `path` on 127.0.0.1. Empty: nobody answered within ten seconds.
std::string HttpGet(int port, const std::string& path);

}  // namespace ebb::testing
