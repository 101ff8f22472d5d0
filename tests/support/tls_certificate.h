#pragma once

#include <string>

#include "tests/support/process.h"

namespace ebb::testing {

// A self-signed certificate for 127.0.0.1, valid for an hour, and its key: PEM files that go with the object.
class TlsCertificate {
 public:
  TlsCertificate();
  std::string cert() const { return folder_.path() + "/cert.pem"; }
  std::string key() const { return folder_.path() + "/key.pem"; }

 private:
  const TemporaryFolder folder_;
};

}  // namespace ebb::testing
