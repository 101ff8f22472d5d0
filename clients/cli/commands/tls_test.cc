// The command line against a service that speaks TLS only and knows its clients by their certificates.
#include <fstream>
#include <sstream>

#include "clients/cli/run.h"
#include "clients/cpp/flaky_store_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/tls_certificate.h"

namespace ebb {
namespace {

using ::testing::HasSubstr;
using testing::TlsCertificate;

std::string ReadText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::shared_ptr<grpc::ServerCredentials> Demanding(const TlsCertificate& own, const TlsCertificate& client) {
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_key_cert_pairs.push_back({ReadText(own.key()), ReadText(own.cert())});
  options.pem_root_certs = ReadText(client.cert());
  return grpc::SslServerCredentials(options);
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() : store_(/*seed=*/1, /*drop_one_in=*/0, Demanding(server_, client_)) {
    std::ofstream(events()) << R"({"customer_id":"a","event_id":"e","event_time":"2026-10-01T12:00:00Z",)"
                            << R"("page_view":{"visit_id":"v"}})" << std::endl;
  }

  std::string events() const { return folder_.path() + "/events.jsonl"; }
  int Push(const std::vector<std::string>& more, const Environment& environment = {}) {
    return Run({"push", events(), "-q"}, more, environment);
  }
  // A single call, which fails at once where a push would try again.
  int Ask(const std::vector<std::string>& more) { return Run({"features", "--all"}, more, {}); }

  int Run(std::vector<std::string> line, const std::vector<std::string>& more, const Environment& environment) {
    line.insert(line.end(), {"--feature-store", store_.address()});
    line.insert(line.end(), more.begin(), more.end());
    out_.str("");
    err_.str("");
    return RunEbb(line, environment, {}, out_, err_);
  }

  const testing::TemporaryFolder folder_;
  const TlsCertificate server_, client_;
  FlakyStore store_;
  std::ostringstream out_, err_;
};

TEST_F(TlsTest, WithItsCertificateAClientGetsIn) {
  EXPECT_EQ(Push({"--tls-ca", server_.cert(), "--tls-cert", client_.cert(), "--tls-key", client_.key()}), 0)
      << err_.str();
  EXPECT_EQ(store_.events().size(), 1);
}

TEST_F(TlsTest, TheEnvironmentServesAsWell) {
  EXPECT_EQ(
      Push({}, {{"EBB_TLS_CA", server_.cert()}, {"EBB_TLS_CERT", client_.cert()}, {"EBB_TLS_KEY", client_.key()}}), 0)
      << err_.str();
  EXPECT_EQ(store_.events().size(), 1);
}

TEST_F(TlsTest, AStrangerIsTurnedAway) {
  EXPECT_EQ(Ask({"--tls-ca", server_.cert()}), 5) << "without a certificate of its own";
  EXPECT_EQ(Ask({}), 5) << "in plaintext";
  EXPECT_EQ(Ask({"--tls-ca", client_.cert(), "--tls-cert", client_.cert(), "--tls-key", client_.key()}), 5)
      << "the store's certificate is signed by another";
  EXPECT_EQ(Ask({"--tls-ca", server_.cert(), "--tls-cert", client_.cert(), "--tls-key", client_.key()}), 1)
      << "let in, and told that this store lists no customers: " << err_.str();
}

TEST_F(TlsTest, AFileThatIsNoCertificateIsNamed) {
  EXPECT_EQ(Push({"--tls-ca", events()}), 1);
  EXPECT_THAT(err_.str(), ::testing::AllOf(HasSubstr("tls-ca"), HasSubstr(events())));
  EXPECT_EQ(Push({"--tls-ca", "no_such_file"}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("no_such_file"));
}

}  // namespace
}  // namespace ebb
